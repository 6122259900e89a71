"""What is known of a checked pair without its content."""

from __future__ import annotations

from dataclasses import dataclass

from components.paired_example_gen.natural_order import natural_order


@dataclass(frozen=True)
class PairKey:
    """What the placing of a checked pair goes by.

    Attributes:
        id: Its id.
        source: Where it came from as `name:number`, distinct for every record.
        image: Fingerprint of its picture.
        text: Fingerprint of its text; empty where it has none.
        label: 0 or 1.
        thumbnail: Its picture's thumbnail in base64; empty for a picture without contrast.
        offset: Where its record begins, see `components.pairs.rejection`.
    """

    id: str
    source: str
    image: str
    text: str
    label: int
    thumbnail: str = ""
    offset: int | None = None

    @property
    def place(self) -> tuple[tuple[list[str | int], str], int]:
        """What orders pairs as their files do: `span-10` comes after `span-2`."""
        name, _, number = self.source.rpartition(":")
        return natural_order(name), int(number)

    @property
    def picture_node(self) -> str:
        """The picture, as it is named among fingerprints of both kinds."""
        return f"i{self.image}"

    @property
    def text_node(self) -> str:
        """The text, as it is named among fingerprints of both kinds; empty where there is none."""
        return f"t{self.text}" if self.text else ""
