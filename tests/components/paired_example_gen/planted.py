"""Drawn memes, copies of them made as copies are made, and the keys that ingestion has of both."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from components.paired_example_gen.pair_key import PairKey
from components.pairs.check_pair import check_pair
from components.pairs.limits import PairLimits
from components.pairs.pair import CheckedPair, RawPair
from pipeline.demo.memes import draw_memes

Change = Callable[[Image.Image, np.random.Generator], Image.Image]


def draw(folder: Path, count: int, seed: int = 5) -> list[bytes]:
    """Draw memes: two subjects, two backgrounds, fourteen captions' frames."""
    draw_memes(folder, count, seed, size=(224, 224), workers=1)
    return [path.read_bytes() for path in sorted((folder / "img").iterdir())]


def crop(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Take up to 5 % from each side."""
    left, top, right, bottom = rng.uniform(0, 0.05, 4)
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def resize(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Scale to between half and double."""
    factor = 2 ** rng.uniform(-1, 1)
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)


def same(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Change nothing but the encoding."""
    return image


def copy_of(picture: bytes, rng: np.random.Generator, *changes: Change) -> bytes:
    """Change a picture and encode it anew at a quality of 30 to 95."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for change in changes:
        image = change(image, rng)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=int(rng.integers(30, 96)))
    return stream.getvalue()


def key(number: int, picture: bytes, text: str | None = None, label: int | None = None, **values: str) -> PairKey:
    """Check a pair as ingestion does and return its key."""
    raw = RawPair(
        values.get("id", f"m{number}"),
        picture,
        f"text {number}" if text is None else text,
        number % 2 if label is None else label,
        values.get("source", f"f:{number}"),
    )
    checked = check_pair(raw, PairLimits(allow_empty_text=True))
    assert isinstance(checked, CheckedPair)
    return PairKey(
        checked.id,
        checked.source,
        checked.image_fingerprint,
        checked.text_fingerprint,
        checked.label,
        base64.b64encode(checked.thumbnail).decode(),
    )
