"""Pictures and texts as strangers send them, made of a real picture."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from components.pairs.limits import PairLimits

_SIDE = 320
_QUALITY = 95
_PNG = b"\x89PNG\r\n\x1a\n"
_BOMB_SIDE = 60_000
_TURNED = 6
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Stranger:
    """One picture that a stranger may send.

    Args:
        name: What it is.
        data: Its bytes.
        readable: Whether it must be seen; otherwise it must be answered as no picture.
        exact: Whether packing keeps every pixel of it, so that the answers must be equal; where it encodes the picture
            anew with loss, the difference is told.
    """

    name: str
    data: bytes
    readable: bool
    exact: bool = False


def stranger_pictures(data: bytes, limits: PairLimits) -> list[Stranger]:
    """Make of one picture those that serving must read, and those that it must pass over.

    Args:
        data: A JPEG or PNG as packing leaves it.
        limits: What a picture of a request may be at most.
    """
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
        image.thumbnail((_SIDE, _SIDE))
        plain = image.convert("RGB")
    jpeg, png = _encode(plain, "JPEG"), _encode(plain, "PNG")
    return [*_readable(plain, jpeg, png, limits), *_unreadable(plain, jpeg, png, limits)]


def stranger_texts() -> dict[str, bytes]:
    """Return texts of all kinds, by name."""
    return {
        "empty": b"",
        "white space": b" \n\t ",
        "emoji": "when you 😂🔥 👩‍👩‍👧‍👦".encode(),
        "right to left": "עברית وعربي".encode(),
        "Chinese": "我爱猫和狗".encode(),
        "combining marks": ("Z" + "\u0301" * 200).encode(),
        "control characters": b"one\x00two\x07",
        "not UTF-8": b"caf\xe9 \xff\xfe",
        "long": b"lorem ipsum " * 5000,
        "markup": b"<script>alert(1)</script> %s {0} '; --",
    }


def _readable(plain: Image.Image, jpeg: bytes, png: bytes, limits: PairLimits) -> list[Stranger]:
    grey = plain.convert("L")
    veiled = plain.copy()
    veiled.putalpha(grey)
    deep = grey.convert("I").point(lambda value: value * 257).convert("I;16")
    exif = Image.Exif()
    exif[_ORIENTATION] = _TURNED
    height = min(limits.max_pixels // 5000, 8000)
    return [
        Stranger("JPEG", jpeg, True, exact=True),
        Stranger("PNG", png, True, exact=True),
        Stranger("progressive JPEG", _encode(plain, "JPEG", progressive=True), True, exact=True),
        Stranger("grey JPEG", _encode(grey, "JPEG"), True, exact=True),
        Stranger("grey PNG", _encode(grey, "PNG"), True, exact=True),
        Stranger("1-bit PNG", _encode(plain.convert("1"), "PNG"), True, exact=True),
        Stranger("16-bit PNG", _encode(deep, "PNG"), True, exact=True),
        Stranger("palette PNG", _encode(plain.convert("P"), "PNG"), True, exact=True),
        Stranger("transparent PNG", _encode(veiled, "PNG"), True, exact=True),
        Stranger("1×1 PNG", _encode(plain.resize((1, 1)), "PNG"), True, exact=True),
        Stranger("huge JPEG", _encode(plain.resize((5000, height)), "JPEG"), True, exact=True),
        Stranger("CMYK JPEG", _encode(plain.convert("CMYK"), "JPEG"), True),
        Stranger("EXIF-turned JPEG", _encode(plain, "JPEG", exif=exif), True),
    ]


def _unreadable(plain: Image.Image, jpeg: bytes, png: bytes, limits: PairLimits) -> list[Stranger]:
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 0xFF
    made: list[tuple[str, Callable[[], bytes]]] = [
        ("WebP", lambda: _encode(plain, "WEBP")),
        ("GIF", lambda: _encode(plain, "GIF")),
        ("BMP", lambda: _encode(plain, "BMP")),
        ("TIFF", lambda: _encode(plain, "TIFF")),
        ("truncated JPEG", lambda: jpeg[: len(jpeg) // 2]),
        ("truncated PNG", lambda: png[: len(png) // 2]),
        ("PNG with a wrong checksum", lambda: bytes(flipped)),
        ("JPEG of noise", lambda: jpeg[:4] + b"\x5a" * 200),
        ("JPEG signature alone", lambda: jpeg[:3]),
        ("PNG signature alone", lambda: png[:8]),
        ("text instead of a picture", lambda: b"<html>404 not found</html>"),
        ("PNG bomb", _png_bomb),
        ("JPEG bomb", lambda: _jpeg_bomb(jpeg)),
        ("file beyond the limit", lambda: png + b"\0" * limits.max_image_bytes),
    ]
    return [Stranger(name, make(), False) for name, make in made]


def _encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **({"quality": _QUALITY} if kind == "JPEG" else {}), **options)
    return stream.getvalue()


def _png_bomb() -> bytes:
    """A few hundred bytes that claim 3.6 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", _BOMB_SIDE, _BOMB_SIDE, 8, 2, 0, 0, 0)
    return _PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def _jpeg_bomb(jpeg: bytes) -> bytes:
    """The same as a JPEG: the size in its frame header is overwritten."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", _BOMB_SIDE, _BOMB_SIDE) + jpeg[at + 4 :]
