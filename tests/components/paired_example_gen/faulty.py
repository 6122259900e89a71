"""Pairs with planted faults, as files and rows of a manifest: what is wrong with each, and what must become of it."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

USABLE = "usable"


@dataclass(frozen=True)
class Planted:
    """One planted pair.

    Attributes:
        kind: Name of the fault, which is the pair's id.
        becomes: `usable`, or the reason that it must be set apart with.
        image: Content of its image file; None for no file.
        row: What its row has instead of usable values; None leaves a column out.
        name: Name of its image file.
    """

    kind: str
    becomes: str
    image: bytes | None
    row: dict[str, Any] = field(default_factory=dict)
    name: str = ""


def drawn(seed: int, mode: str = "RGB") -> Image.Image:
    """A picture of its own for each seed."""
    rough = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(rough).resize((64, 48), Image.Resampling.BICUBIC).convert(mode)


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    """An image as the bytes of a file."""
    stream = BytesIO()
    image.save(stream, image_format, **options)
    return stream.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes whose header claims 2.5 gigapixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def turned(seed: int) -> bytes:
    """A JPEG that its EXIF data turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(drawn(seed), "JPEG", exif=exif)


def animated(seed: int) -> bytes:
    """A GIF of two frames."""
    return encoded(drawn(seed), "GIF", save_all=True, append_images=[drawn(seed + 1)])


def jpeg(seed: int) -> bytes:
    """A plain picture."""
    return encoded(drawn(seed), "JPEG")


SIXTEEN_BIT = Image.fromarray((np.arange(64 * 48, dtype=np.uint16) * 21).reshape(48, 64))
MEGABYTE = "word " * 200_000

PLANTED = [
    Planted("truncated", "image_not_decodable", encoded(drawn(1).resize((640, 480)), "JPEG")[:900]),
    Planted("zero_bytes", "image_not_decodable", b""),
    Planted("wrong_extension", USABLE, jpeg(3), name="wrong.png"),
    Planted("text_as_image", "image_format_unsupported", b"this is no picture", name="text.jpg"),
    Planted("script_as_image", "image_format_unsupported", b"<svg onload='alert(1)'/>", name="script.svg"),
    Planted("decompression_bomb", "image_too_many_pixels", bomb(), name="bomb.png"),
    Planted("cmyk", USABLE, encoded(drawn(7, "CMYK"), "JPEG")),
    Planted("png_of_16_bit", USABLE, encoded(SIXTEEN_BIT, "PNG"), name="deep.png"),
    Planted("animated_gif", USABLE, animated(9), name="moving.gif"),
    Planted("webp", USABLE, encoded(drawn(11), "WEBP"), name="picture.webp"),
    Planted("exif_turned", USABLE, turned(12)),
    Planted("transparent", USABLE, encoded(drawn(13, "RGBA"), "PNG"), name="clear.png"),
    Planted("nul_in_text", "text_control_character", jpeg(14), {"text": "nul\0here"}),
    Planted("text_not_utf8", "text_not_utf8", jpeg(15), {"text": "caf\udce9"}),
    Planted("emoji", USABLE, jpeg(16), {"text": "👩‍👩‍👧 wow 🔥"}),
    Planted("right_to_left", USABLE, jpeg(17), {"text": "قط \u202eيضحك"}),
    Planted("text_of_a_megabyte", "text_too_long", jpeg(18), {"text": MEGABYTE}),
    Planted("blank_text", "text_empty", jpeg(19), {"text": " \u3000\t"}),
    Planted("text_missing", "text_missing", jpeg(20), {"text": None}),
    Planted("label_yes", "label_not_binary", jpeg(21), {"label": "yes"}),
    Planted("label_2", "label_not_binary", jpeg(22), {"label": 2}),
    Planted("label_true", "label_not_binary", jpeg(23), {"label": True}),
    Planted("label_missing", "label_missing", jpeg(24), {"label": None}),
    Planted("image_missing", "image_missing", None),
    Planted("path_traversal", "image_outside_folder", None, {"img": "../../outside.jpg"}),
    Planted("absolute_path", "image_outside_folder", None, {"img": "/etc/hostname"}),
    Planted("symlink_out", "image_outside_folder", None, {"img": "img/link.jpg"}),
    Planted("folder_as_image", "image_missing", None, {"img": "img"}),
    Planted("conflict_of_0", "label_conflict", jpeg(30), {"text": "the same words", "label": 0}),
    Planted("conflict_of_1", "label_conflict", jpeg(30), {"text": "The same  WORDS", "label": 1}),
    Planted("twin_kept", USABLE, jpeg(31), {"text": "twins", "label": 1}),
    Planted("twin_set_apart", "pair_duplicate", jpeg(31), {"text": "twins", "label": 1}),
]
# Faults that lie between rows, by the reason that they must be set apart with.
BETWEEN_ROWS = {"id_duplicate": 1, "manifest_line_invalid": 1, "id_missing": 1}


def write_manifest(folder: Path, usable: int) -> Path:
    """Write usable pairs, the planted ones, and faults that lie between rows, as a manifest with its images.

    Args:
        folder: Where the images go; made.
        usable: How many usable pairs stand before the planted ones.
    """
    images = folder / "img"
    images.mkdir(parents=True)
    (folder.parent / "outside.jpg").write_bytes(jpeg(900))
    (images / "link.jpg").symlink_to(folder.parent / "outside.jpg")
    pairs = [Planted(f"usable{number}", USABLE, jpeg(100 + number)) for number in range(usable)]
    rows = []
    for number, planted in enumerate([*pairs, *PLANTED]):
        name = planted.name or f"{planted.kind}.jpg"
        if planted.image is not None:
            (images / name).write_bytes(planted.image)
        row = {"id": planted.kind, "img": f"img/{name}", "text": f"words of {planted.kind}", "label": number % 2}
        rows.append({key: value for key, value in (row | planted.row).items() if value is not None})
    rows.append(rows[0] | {"text": "the id of another", "img": "img/emoji.jpg"})
    lines = [_line(row) for row in rows]
    lines += [b'{"id": "half a row", "img": "img/', b'{"img": "img/usable0.jpg", "text": "no id", "label": 1}']
    path = folder / "manifest.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def _line(row: dict[str, Any]) -> bytes:
    """A row as strangers write it: a byte that is no UTF-8 stands there itself."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogateescape")
