"""The one check that packing and ingestion share."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.pairs.check_pair import check_pair
from components.pairs.limits import PairLimits
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.unusable import Unusable

LIMITS = PairLimits()


def picture(image_format: str = "PNG", mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.new(mode, (8, 6)).save(file, image_format)
    return file.getvalue()


def test_usable_pair_carries_its_values_its_size_and_its_fingerprints() -> None:
    pair = check_pair(RawPair(7, picture(), " Hello ", "1", "m.jsonl:3"), LIMITS)
    assert isinstance(pair, CheckedPair)
    assert (pair.id, pair.image, pair.text, pair.label, pair.source) == ("7", picture(), "Hello", 1, "m.jsonl:3")
    assert (pair.width, pair.height) == (8, 6)
    assert len(pair.image_fingerprint) == len(pair.text_fingerprint) == 64


@pytest.mark.parametrize(("image_format", "mode"), [("PNG", "RGBA"), ("JPEG", "CMYK"), ("GIF", "P"), ("BMP", "RGB")])
def test_checked_pair_checked_again_is_unchanged(image_format: str, mode: str) -> None:
    first = check_pair(RawPair(1, picture(image_format, mode), "a\r\nb\f", 0, "s"), LIMITS)
    assert isinstance(first, CheckedPair)
    again = check_pair(RawPair(first.id, first.image, first.text.encode(), first.label, "s"), LIMITS)
    assert again == first


def test_rejection_names_id_reason_and_source_and_how_to_mend_it() -> None:
    rejected = check_pair(RawPair("meme-9", picture()[:30], "text", 1, "m.jsonl:12"), LIMITS)
    assert isinstance(rejected, Rejection)
    assert (rejected.id, rejected.reason, rejected.source) == ("meme-9", Reason.IMAGE_NOT_DECODABLE, "m.jsonl:12")
    assert rejected.detail.endswith(Reason.IMAGE_NOT_DECODABLE.mend)
    assert json.loads(rejected.to_json())["reason"] == "image_not_decodable"


def test_image_is_read_only_when_all_else_is_usable() -> None:
    def read() -> bytes:
        raise Unusable(Reason.IMAGE_MISSING, "read")

    for raw, reason in [
        (RawPair("1", read, "text", 7, "s"), Reason.LABEL_NOT_BINARY),
        (RawPair("1", read, "", 1, "s"), Reason.TEXT_EMPTY),
        (RawPair("1", read, "text", 1, "s"), Reason.IMAGE_MISSING),
        (RawPair("1", None, "text", 1, "s"), Reason.IMAGE_MISSING),
    ]:
        outcome = check_pair(raw, LIMITS)
        assert isinstance(outcome, Rejection)
        assert outcome.reason is reason


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.text()))


@given(anything, st.binary(), anything, anything)
def test_nothing_a_stranger_sends_raises(pair_id: object, image: bytes, text: object, label: object) -> None:
    outcome = check_pair(RawPair(pair_id, image, text, label, "s"), LIMITS)
    assert isinstance(outcome, Rejection)
    assert json.loads(outcome.to_json())["source"] == "s"


@given(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP"]), st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_gives_a_pair_or_a_reason(image_format: str, place: int, value: int) -> None:
    data = bytearray(picture(image_format))
    data[place % len(data)] = value
    outcome = check_pair(RawPair("1", bytes(data), "text", 1, "s"), LIMITS)
    if isinstance(outcome, CheckedPair):
        assert check_pair(RawPair("1", outcome.image, "text", 1, "s"), LIMITS) == outcome
    else:
        assert outcome.reason.value.startswith("image_")
