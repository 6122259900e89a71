"""What the features of a record are called, and which of its columns are carried on."""

from __future__ import annotations

import dataclasses

from components import keys

# Held beside an example's own features while it is checked and placed.
PLACE = "__place__"


@dataclasses.dataclass(frozen=True)
class Names:
    """Names in the records, by what they hold; the examples that are made of them have our own names.

    Attributes:
        id: Of the pair's id.
        image: Of the encoded picture.
        text: Of the text.
        label: Of the label.
        text_vector: Of the text's vector.
        slices: Columns that are carried on under their own names, to slice the evaluation by.
    """

    id: str = keys.ID
    image: str = keys.IMAGE
    text: str = keys.TEXT
    label: str = keys.LABEL
    text_vector: str = keys.TEXT_VECTOR
    slices: tuple[str, ...] = ()
