"""What becomes of each kind of image that strangers send."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.pairs.limits import PairLimits
from components.pairs.normalise_image import normalise_image
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable

LIMITS = PairLimits()


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def gradient(mode: str = "RGB", size: tuple[int, int] = (40, 24)) -> Image.Image:
    """A picture whose four corners differ, so that a turn or a flip shows."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    pixels = np.stack([columns * 255 // width, rows * 255 // height, np.full_like(rows, 60)], axis=-1)
    return Image.fromarray(pixels.astype(np.uint8)).convert(mode)


def pixels_of(data: bytes) -> np.ndarray:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def reason_of(data: bytes, limits: PairLimits = LIMITS) -> Reason:
    with pytest.raises(Unusable) as caught:
        normalise_image(data, limits)
    return caught.value.reason


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(
    ("image_format", "options"), [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("MPO", {})]
)
def test_plain_jpeg_and_png_are_passed_on_untouched(mode: str, image_format: str, options: dict) -> None:
    data = encode(gradient(mode), image_format, **options)
    normal = normalise_image(data, LIMITS)
    assert normal.data is data
    assert (normal.width, normal.height) == (40, 24)


def test_cmyk_jpeg_becomes_an_rgb_jpeg_of_the_same_picture() -> None:
    normal = normalise_image(encode(gradient("CMYK"), "JPEG", quality=95), LIMITS)
    with Image.open(BytesIO(normal.data)) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
    assert np.abs(pixels_of(normal.data) - pixels_of(encode(gradient(), "PNG"))).mean() < 6


def test_exif_turned_jpeg_is_stored_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned by a quarter, clockwise.
    normal = normalise_image(encode(gradient(), "JPEG", exif=exif, quality=95), LIMITS)
    assert (normal.width, normal.height) == (24, 40)
    upright = pixels_of(encode(gradient().transpose(Image.Transpose.ROTATE_270), "PNG"))
    assert np.abs(pixels_of(normal.data) - upright).mean() < 4
    with Image.open(BytesIO(normal.data)) as image:
        assert image.getexif().get(0x0112, 1) == 1


def test_transparency_is_laid_over_white() -> None:
    image = Image.new("RGBA", (4, 2), (255, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 255))
    pixels = pixels_of(normalise_image(encode(image, "PNG"), LIMITS).data)
    assert pixels[0, 0].tolist() == [255, 0, 0]
    assert pixels[1, 3].tolist() == [255, 255, 255]


def test_transparent_palette_is_laid_over_white() -> None:
    image = Image.new("P", (4, 2), 1)
    image.putpalette([0, 0, 0, 0, 0, 255])
    image.putpixel((0, 0), 0)
    pixels = pixels_of(normalise_image(encode(image, "PNG", transparency=0), LIMITS).data)
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[0, 1].tolist() == [0, 0, 255]


def test_16_bit_grey_keeps_its_tones_instead_of_clipping() -> None:
    ramp = (np.arange(256, dtype=np.uint16) * 256)[None, :].repeat(2, axis=0)
    pixels = pixels_of(normalise_image(encode(Image.fromarray(ramp), "PNG"), LIMITS).data)
    assert pixels[0, :, 0].tolist() == list(range(256))


def test_gif_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue")]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert pixels_of(normalise_image(data, LIMITS).data)[3, 3].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("image_format", "options"), [("WEBP", {"lossless": True}), ("BMP", {})])
def test_webp_and_bmp_become_png_without_loss(image_format: str, options: dict) -> None:
    normal = normalise_image(encode(gradient(), image_format, **options), LIMITS)
    with Image.open(BytesIO(normal.data)) as image:
        assert image.format == "PNG"
    assert np.array_equal(pixels_of(normal.data), pixels_of(encode(gradient(), "PNG")))


def test_picture_that_png_makes_too_large_becomes_jpeg() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    data = encode(noise, "WEBP", quality=50)
    normal = normalise_image(data, PairLimits(max_image_bytes=10_000))
    assert len(normal.data) <= 10_000
    with Image.open(BytesIO(normal.data)) as image:
        assert image.format == "JPEG"


@pytest.mark.parametrize(
    ("mode", "image_format", "options"),
    [("CMYK", "JPEG", {}), ("P", "PNG", {}), ("LA", "PNG", {}), ("1", "PNG", {}), ("RGB", "GIF", {}), ("L", "BMP", {})],
)
def test_tensorflow_reads_what_was_normalised_as_pillow_does(mode: str, image_format: str, options: dict) -> None:
    import tensorflow as tf

    normal = normalise_image(encode(gradient(mode), image_format, **options), LIMITS)
    decoded = tf.io.decode_image(normal.data, channels=3, expand_animations=False).numpy().astype(int)
    assert decoded.shape == (24, 40, 3)
    assert np.abs(decoded - pixels_of(normal.data)).mean() < 2


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_truncated_image_is_not_decodable(image_format: str) -> None:
    data = encode(gradient(), image_format)
    assert reason_of(data[: len(data) // 2]) is Reason.IMAGE_NOT_DECODABLE


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [(224, 224), (640, 480)])
def test_jpeg_that_lost_a_little_of_its_end_is_not_decodable(progressive: bool, size: tuple[int, int]) -> None:
    data = encode(gradient(size=size).effect_spread(20), "JPEG", progressive=progressive)
    for lost in (40, 400, len(data) // 20):
        assert reason_of(data[:-lost]) is Reason.IMAGE_NOT_DECODABLE


def test_jpeg_is_refused_exactly_where_pillow_cannot_decode_it_whole() -> None:
    random = np.random.default_rng(0)
    options = ({}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1})
    whole = [encode(gradient(size=(200, 150)).effect_spread(9), "JPEG", **each) for each in options]
    outcomes = set()
    for number in range(400):
        data = bytearray(whole[number % len(whole)])
        places = random.integers(0, 700 if number % 3 else len(data), 3)
        for place in places:
            data[place] = random.integers(256)
        if number % 5 == 0:
            data = data[: random.integers(100, len(data))]
        if not data.startswith(b"\xff\xd8\xff"):
            continue
        outcomes.add(usable := pillow_decodes(bytes(data)))
        if usable:
            normalise_image(bytes(data), LIMITS)
        else:
            assert reason_of(bytes(data)) in (Reason.IMAGE_NOT_DECODABLE, Reason.IMAGE_TOO_MANY_PIXELS)
    assert outcomes == {True, False}


def pillow_decodes(data: bytes) -> bool:
    try:
        with Image.open(BytesIO(data), formats=["JPEG"]) as image:
            image.load()
    except Exception:  # Whatever its decoders raise.
        return False
    return True


def test_png_that_lost_its_last_bytes_is_mended_for_tensorflow() -> None:
    import tensorflow as tf

    normal = normalise_image(encode(gradient(), "PNG")[:-3], LIMITS)
    assert tf.io.decode_png(normal.data).shape == (24, 40, 3)


def test_png_with_a_wrong_checksum_is_not_decodable() -> None:
    data = bytearray(encode(gradient(), "PNG"))
    data[data.index(b"IDAT") + 20] ^= 1
    assert reason_of(bytes(data)) is Reason.IMAGE_NOT_DECODABLE


@pytest.mark.parametrize("side", [7_000, 12_000, 30_000])
def test_header_that_claims_too_many_pixels_is_refused_before_decoding_and_without_warning(side: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reason_of(png_header(side, side)) is Reason.IMAGE_TOO_MANY_PIXELS


def test_more_bytes_than_allowed_are_refused() -> None:
    data = encode(gradient(), "JPEG")
    assert reason_of(data, PairLimits(max_image_bytes=len(data) - 1)) is Reason.IMAGE_TOO_LARGE
    assert normalise_image(data, PairLimits(max_image_bytes=len(data))).data is data


def test_jpeg_of_very_many_scans_is_refused() -> None:
    data = encode(gradient(), "JPEG", progressive=True)
    scans = data.count(b"\xff\xda")
    assert normalise_image(data, PairLimits(max_jpeg_scans=scans)).data is data
    assert reason_of(data, PairLimits(max_jpeg_scans=scans - 1)) is Reason.IMAGE_NOT_DECODABLE


@pytest.mark.parametrize(
    "data", [encode(gradient(), "TIFF"), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"]
)
def test_other_formats_are_unsupported(data: bytes) -> None:
    assert reason_of(data) is Reason.IMAGE_FORMAT_UNSUPPORTED


def test_format_that_the_limits_leave_out_is_unsupported() -> None:
    assert reason_of(encode(gradient(), "GIF"), PairLimits(formats=("JPEG", "PNG"))) is Reason.IMAGE_FORMAT_UNSUPPORTED


def test_empty_file_is_not_decodable() -> None:
    assert reason_of(b"") is Reason.IMAGE_NOT_DECODABLE
