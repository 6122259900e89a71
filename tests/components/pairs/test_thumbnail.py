from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from components.pairs.check_pair import check_pair
from components.pairs.limits import PairLimits
from components.pairs.normalise_image import normalise_image
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.thumbnail import make_thumbnail


def levels(image: Image.Image) -> np.ndarray:
    return np.frombuffer(make_thumbnail(image), np.uint8).astype(int)


def encoded(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def test_thumbnail_is_32_rows_of_32_grey_levels_at_any_size_and_shape() -> None:
    for size in ((1200, 900), (33, 700), (40, 20)):
        image = Image.linear_gradient("L").resize(size).convert("RGB")
        rows = levels(image).reshape(32, 32)
        assert (np.diff(rows.mean(axis=1)) > 0).all()
        assert np.ptp(rows, axis=1).max() <= 1


def test_copy_in_another_size_and_quality_has_nearly_the_same_thumbnail() -> None:
    image = Image.radial_gradient("L").resize((400, 300)).convert("RGB")
    copy = Image.open(io.BytesIO(encoded(image.resize((230, 170)), quality=40)))
    assert np.abs(levels(image) - levels(copy)).max() < 12


@pytest.mark.parametrize("size", [(60, 47), (224, 224), (500, 700), (1600, 1200)])
def test_jpeg_that_is_decoded_for_its_thumbnail_alone_has_nearly_that_of_the_whole_picture(
    size: tuple[int, int],
) -> None:
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    data = encoded(image, quality=90)
    reduced = np.frombuffer(normalise_image(data, PairLimits()).thumbnail, np.uint8).astype(int)
    assert np.abs(levels(Image.open(io.BytesIO(data))) - reduced).max() < 6


@pytest.mark.parametrize("colour", ["white", "black", "#7a3b10"])
def test_picture_without_contrast_has_no_thumbnail(colour: str) -> None:
    image = Image.new("RGB", (300, 200), colour)
    assert make_thumbnail(image) == b""
    assert make_thumbnail(Image.open(io.BytesIO(encoded(image, quality=30)))) == b""


def test_checked_pair_carries_the_thumbnail_of_the_upright_picture() -> None:
    image = Image.linear_gradient("L").convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = encoded(image, exif=exif)
    checked = check_pair(RawPair("a", turned, "text", 1, "f:1"), PairLimits())
    assert isinstance(checked, CheckedPair)
    upright = np.frombuffer(checked.thumbnail, np.uint8)
    assert upright[0] > 240
    assert upright[-1] < 15
