"""Thumbnails are small JPEGs, whatever the picture was."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from components.errors import InputError
from pipeline.report import thumbnail as module
from pipeline.report.thumbnail import thumbnail


def _encode(mode: str, size: tuple[int, int], form: str) -> bytes:
    data = io.BytesIO()
    Image.new(mode, size, 1).save(data, form)
    return data.getvalue()


@pytest.mark.parametrize(
    ("mode", "form"), [("RGB", "JPEG"), ("CMYK", "JPEG"), ("L", "PNG"), ("P", "GIF"), ("I;16", "PNG")]
)
def test_any_picture_becomes_a_small_rgb_jpeg(mode: str, form: str) -> None:
    with Image.open(io.BytesIO(thumbnail(_encode(mode, (900, 450), form), side=100))) as small:
        assert (small.format, small.mode, small.size) == ("JPEG", "RGB", (100, 50))


def test_small_picture_keeps_its_size() -> None:
    with Image.open(io.BytesIO(thumbnail(_encode("RGB", (30, 20), "PNG")))) as small:
        assert small.size == (30, 20)


@pytest.mark.parametrize("data", [b"", b"not a picture", _encode("RGB", (64, 64), "JPEG")[:300]])
def test_unreadable_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="readable"):
        thumbnail(data)


def test_huge_picture_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(InputError, match="pixels at most"):
        thumbnail(_encode("1", (module.MOST_PIXELS // 7000 + 1, 7000), "PNG"))
