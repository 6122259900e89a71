"""Which of the pictures and texts that share an id make a pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.paired_example_gen.natural_order import natural_order
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable, shown


@dataclass(frozen=True)
class Half:
    """A record of one stream, without its picture.

    Args:
        stream: `images` or `texts`.
        file: The file that it stands in.
        number: Its number there, from 1.
        features: Digest of each of its features but the id, by name.
        record: The record itself; empty for a picture's.
        offset: Where the record begins, see `components.pairs.rejection`.
    """

    stream: str
    file: str
    number: int
    features: Mapping[str, str]
    record: bytes = b""
    offset: int | None = None

    @property
    def place(self) -> str:
        """Where it stands, as `file:number`."""
        return f"{self.file}:{self.number}"


@dataclass(frozen=True)
class Match:
    """A picture and a text that make a pair."""

    image: Half
    text: Half


@dataclass(frozen=True)
class Unmatched:
    """A half that makes none.

    Args:
        half: The half.
        error: Why.
    """

    half: Half
    error: Unusable


def match_halves(images: Iterable[Half], texts: Iterable[Half]) -> Iterator[Match | Unmatched]:
    """Yields what becomes of every half of one id.

    Halves that stand twice with the same content count once, the first. Where two contents claim the id, or both
    halves hold a feature and differ in it, nobody can tell what belongs together: none of them is used.

    Args:
        images: The records with pictures, in any order.
        texts: The records with texts, in any order.

    Example:
        >>> [match.error.reason.value for match in match_halves([], [Half("texts", "texts.tfrecord", 1, {})])]
        ['text_without_image']
    """
    images = sorted(images, key=_order)
    texts = sorted(texts, key=_order)
    if conflict := _conflict(images, texts):
        yield from (Unmatched(half, conflict) for half in (*images, *texts))
        return
    for halves in (images, texts):
        yield from (Unmatched(half, _twice(halves[0])) for half in halves[1:])
    if images and texts:
        yield Match(images[0], texts[0])
    elif images:
        yield Unmatched(images[0], Unusable(Reason.IMAGE_WITHOUT_TEXT, "No text has the picture's id"))
    else:
        yield Unmatched(texts[0], Unusable(Reason.TEXT_WITHOUT_IMAGE, "No picture has the text's id"))


def _order(half: Half) -> tuple[tuple[list[str | int], str], int]:
    return natural_order(half.file), half.number


def _conflict(images: Sequence[Half], texts: Sequence[Half]) -> Unusable | None:
    for kind, halves in (("pictures", images), ("texts", texts)):
        for other in halves[1:]:
            if other.features != halves[0].features:
                places = f"{halves[0].place} and {other.place}"
                return Unusable(Reason.ID_CONFLICT, f"Different {kind} have this id, at {places}")
    if images and texts:
        for name in sorted(images[0].features.keys() & texts[0].features.keys()):
            if images[0].features[name] != texts[0].features[name]:
                places = f"{images[0].place} and {texts[0].place}"
                return Unusable(Reason.ID_CONFLICT, f"Picture and text differ in {shown(name)}, at {places}")
    return None


def _twice(first: Half) -> Unusable:
    return Unusable(Reason.ID_DUPLICATE, f"The same stands already at {first.place}")
