"""Whether a pair can be used: the one check that packing and ingestion share."""

from __future__ import annotations

from components.pairs.clean_id import clean_id
from components.pairs.clean_label import clean_label
from components.pairs.clean_text import clean_text
from components.pairs.clean_vector import clean_vector
from components.pairs.limits import PairLimits
from components.pairs.normalise_image import normalise_image
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable


def check_pair(pair: RawPair, limits: PairLimits) -> CheckedPair | Rejection:
    """Checks a pair and brings it to one form; a checked pair checked again is unchanged.

    Cheap checks come first: the image is read, and then decoded whole, only when all else is usable.
    Whether the id is unique is for the caller to know.

    Args:
        pair: A pair as received; its values may be of any type.
        limits: Bounds of a usable pair.

    Returns:
        The usable pair, or why it is not usable.

    Example:
        >>> pair = RawPair(id=7, image=None, text="hello", label="1", source="memes.csv:2")
        >>> check_pair(pair, PairLimits()).reason.value
        'image_missing'
    """
    pair_id = ""
    try:
        pair_id = clean_id(pair.id, limits)
        text = clean_text(pair.text, limits)
        label = clean_label(pair.label)
        vector = clean_vector(pair.text_vector() if callable(pair.text_vector) else pair.text_vector, limits)
        data = pair.image() if callable(pair.image) else pair.image
        if data is None:
            raise Unusable(Reason.IMAGE_MISSING, "No image")
        image = normalise_image(data, limits)
    except Unusable as error:
        return Rejection.of(pair_id, error, pair.source, pair.offset)
    size = (image.width, image.height)
    return CheckedPair(pair_id, image.data, text, label, *size, pair.source, vector, image.thumbnail, pair.offset)
