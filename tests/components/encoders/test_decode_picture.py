"""Serving decodes in a graph what packing decodes with Pillow: both must see the same pixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from components.encoders.decode_picture import decode_picture
from components.encoders.exif_orientation import exif_orientation
from components.pairs.limits import PairLimits
from components.pairs.normalise_image import normalise_image

LIMITS = PairLimits(max_pixels=10_000, max_image_bytes=50_000, max_jpeg_scans=12)
RNG = np.random.default_rng(0)
PLAIN = Image.fromarray(np.kron(RNG.integers(0, 255, (6, 5, 3)), np.ones((8, 8, 1))).astype("uint8"))
VEILED = PLAIN.copy()
VEILED.putalpha(Image.fromarray(RNG.integers(0, 256, (48, 40), dtype=np.uint8)))


@tf.function(input_signature=[tf.TensorSpec([], tf.string)])
def decode(contents: tf.Tensor) -> tf.Tensor:
    return decode_picture(contents, LIMITS)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png(bits: int, width: int = 16, height: int = 4, side: int | None = None) -> bytes:
    """Write a grey PNG of few bits a pixel, which Pillow cannot write; `side` lies about its size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b""
    for row in RNG.integers(0, 2**bits, (height, width)):
        packed = "".join(format(value, f"0{bits}b") for value in row)
        rows += b"\0" + int(packed, 2).to_bytes(len(packed) // 8, "big")
    header = struct.pack(">IIBBBBB", side or width, side or height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def exif(orientation: int, byte_order: str = "<") -> bytes:
    """Write an EXIF segment in either byte order."""
    mark = b"II*\0" if byte_order == "<" else b"MM\0*"
    entries = struct.pack(f"{byte_order}HHI4s", 0x010F, 2, 4, b"cam\0")
    entries += struct.pack(f"{byte_order}HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\0\0" + mark + struct.pack(f"{byte_order}IH", 8, 2) + entries + struct.pack(f"{byte_order}I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


SAME: dict[str, Callable[[], bytes]] = {
    "RGB": lambda: encode(PLAIN, "PNG"),
    "transparent": lambda: encode(VEILED, "PNG"),
    "grey, transparent": lambda: encode(VEILED.convert("LA"), "PNG"),
    "grey": lambda: encode(PLAIN.convert("L"), "PNG"),
    "palette": lambda: encode(PLAIN.convert("P"), "PNG"),
    "palette, one color transparent": lambda: encode(PLAIN.convert("P"), "PNG", transparency=3),
    "one color transparent": lambda: encode(PLAIN, "PNG", transparency=PLAIN.getpixel((0, 0))),
    "16 bits": lambda: encode(Image.fromarray(RNG.integers(0, 65535, (8, 9)).astype("uint16")), "PNG"),
    "1 bit": lambda: png(1),
    "2 bits": lambda: png(2),
    "4 bits": lambda: png(4),
}


@pytest.mark.parametrize("kind", SAME)
def test_png_has_the_pixels_that_packing_gives_it(kind: str) -> None:
    data = SAME[kind]()
    with Image.open(io.BytesIO(normalise_image(data, PairLimits()).data)) as packed:
        assert np.array_equal(decode(data).numpy(), np.asarray(packed.convert("RGB")))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg_differs_from_pillows_by_the_decoders_rounding_alone(mode: str) -> None:
    data = encode(PLAIN.convert(mode), "JPEG", quality=95)
    with Image.open(io.BytesIO(data)) as image:
        assert np.abs(decode(data).numpy().astype(int) - np.asarray(image.convert("RGB")).astype(int)).max() < 12


@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_jpeg_is_set_upright_as_packing_does(orientation: int, byte_order: str) -> None:
    jpeg = encode(PLAIN, "JPEG", quality=95)
    data = jpeg[:20] + exif(orientation, byte_order) + jpeg[20:]
    with Image.open(io.BytesIO(data)) as image:
        assert image.getexif()[0x0112] == orientation
        upright = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    assert np.abs(decode(data).numpy().astype(int) - upright).max() < 12


@pytest.mark.parametrize("orientation", [0, 9, 60_000])
def test_orientation_that_does_not_exist_is_upright(orientation: int) -> None:
    jpeg = encode(PLAIN, "JPEG")
    assert np.array_equal(decode(jpeg[:20] + exif(orientation) + jpeg[20:]), decode(jpeg))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80))
def test_lies_in_an_exif_block_are_never_an_error(body: bytes) -> None:
    segment = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 8) + b"Exif\0\0" + body
    raw = tf.io.decode_raw(tf.constant(segment), tf.uint8)
    assert 1 <= int(exif_orientation(raw)) <= 8


REFUSED: dict[str, tuple[bytes, str]] = {
    "GIF": (encode(PLAIN, "GIF"), "must be a JPEG or a PNG"),
    "WebP": (encode(PLAIN, "WEBP"), "must be a JPEG or a PNG"),
    "BMP": (encode(PLAIN, "BMP"), "must be a JPEG or a PNG"),
    "nothing": (b"", "must be a JPEG or a PNG"),
    "large file": (encode(PLAIN, "PNG") + bytes(50_000), "at most 50000 bytes"),
    "PNG bomb": (png(1, side=60_000), "at most 10000 pixels"),
    "large JPEG": (encode(PLAIN.resize((200, 200)), "JPEG"), "at most 10000 pixels"),
    "JPEG of many scans": (encode(PLAIN, "JPEG") + b"\xff\xda" * 20, "at most 12 scans"),
    "half a JPEG": (encode(PLAIN, "JPEG")[:600], ""),
    "half a PNG": (encode(VEILED, "PNG")[:600], ""),
    "JPEG signature": (b"\xff\xd8\xff", ""),
    "PNG signature": (b"\x89PNG\r\n\x1a\n", "a PNG must have its header"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_whole_picture_within_the_limits_is_an_error_of_the_graph(kind: str) -> None:
    data, said = REFUSED[kind]
    with pytest.raises(tf.errors.InvalidArgumentError, match=said or None):
        decode(data)
