"""Drawing of a whole set of memes with a manifest in the layout of Hateful Memes."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import numpy as np

from components.errors import InputError
from pipeline.demo.captions import Caption, write_captions
from pipeline.demo.picture import draw_picture
from pipeline.demo.signal import Attributes, Signal, draw_attributes

MANIFEST = "manifest.jsonl"
DEFAULT_SIGNAL = Signal()
JPEG_QUALITY = 85
SIDES = (96, 2048)
# With faults, one pair in so many has each kind of fault: 1 % for all four kinds together.
PAIRS_PER_FAULT = 400
# Starting a process costs as much as drawing about so many memes.
MEMES_PER_WORKER = 100


class Fault(Enum):
    """What can be wrong with a planted broken pair."""

    TRUNCATED_IMAGE = "truncated image"
    MISSING_IMAGE = "missing image"
    EMPTY_TEXT = "empty text"
    BAD_LABEL = "bad label"


@dataclass(frozen=True)
class _Meme:
    index: int
    attributes: Attributes
    caption: Caption
    fault: Fault | None

    @property
    def image(self) -> str:
        return f"img/{self.index:06d}.jpg"

    @property
    def row(self) -> dict[str, str | int]:
        text = "" if self.fault is Fault.EMPTY_TEXT else self.caption.text
        label = 2 if self.fault is Fault.BAD_LABEL else self.attributes.label
        return {"id": f"{self.index:06d}", "img": self.image, "text": text, "label": label}


def draw_memes(
    out_dir: Path,
    count: int,
    seed: int,
    signal: Signal = DEFAULT_SIGNAL,
    size: tuple[int, int] = (320, 320),
    faults: bool = False,
    workers: int | None = None,
) -> Path:
    """Draw memes whose label hangs on the picture, on the text and on both together, as strongly as asked for.

    The files are the same for the same arguments, however many processes draw. All captions and all pictures differ.

    Args:
        out_dir: Folder for `manifest.jsonl` and `img/`; made if need be, files of the same name are overwritten.
        count: Number of memes.
        seed: Source of all that is random, 0 or more.
        signal: Strength of the three cues.
        size: Width and height in pixels.
        faults: Whether about 1 % of the pairs are broken: truncated or missing image, empty text, label 2.
        workers: Number of processes; by default one for each usable core, fewer for few memes.

    Returns:
        The manifest's path; it holds one JSON object a line: `id`, `img` (path beside it), `text`, `label`.

    Raises:
        InputError: `count` or `size` is out of bounds.

    Example:
        >>> manifest = draw_memes(Path("memes"), count=1200, seed=7, faults=True)

    Reference:
        Layout: Kiela et al. 2020, "The Hateful Memes Challenge".
    """
    _check(count, size)
    (out_dir / "img").mkdir(parents=True, exist_ok=True)
    memes = _plan(count, signal, faults, np.random.default_rng(seed))
    draw = partial(_draw, out_dir=out_dir, seed=seed, size=size)
    workers = workers or min(len(os.sched_getaffinity(0)), count // MEMES_PER_WORKER)
    if workers > 1:
        # Forking would copy the threads' locks of whatever library the caller has loaded.
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            list(pool.map(draw, memes, chunksize=25))
    else:
        list(map(draw, memes))
    (out_dir / MANIFEST).write_text("".join(json.dumps(meme.row) + "\n" for meme in memes), encoding="utf-8")
    return out_dir / MANIFEST


def _check(count: int, size: tuple[int, int]) -> None:
    if count < 1:
        raise InputError(f"At least one meme must be drawn. Received: {count}. Ask for 1 or more.")
    if not all(SIDES[0] <= side <= SIDES[1] for side in size):
        raise InputError(f"Both sides must be {SIDES[0]} to {SIDES[1]} pixels. Received: {size}. Change the size.")


def _plan(count: int, signal: Signal, faults: bool, rng: np.random.Generator) -> list[_Meme]:
    attributes = draw_attributes(count, signal, rng)
    captions = write_captions([each.mood for each in attributes], [each.topic for each in attributes], rng)
    broken = dict(zip(rng.permutation(count).tolist(), _faults(count) if faults else (), strict=False))
    return [_Meme(index, attributes[index], captions[index], broken.get(index)) for index in range(count)]


def _faults(count: int) -> Iterator[Fault]:
    for fault in Fault:
        yield from [fault] * max(1, count // PAIRS_PER_FAULT)


def _draw(meme: _Meme, out_dir: Path, seed: int, size: tuple[int, int]) -> None:
    path = out_dir / meme.image
    if meme.fault is Fault.MISSING_IMAGE:
        path.unlink(missing_ok=True)
        return
    # NumPy pads seeds with zeros: index 0 would repeat the stream that drew the plan.
    rng = np.random.default_rng([seed, meme.index + 1])
    jpeg = io.BytesIO()
    draw_picture(meme.attributes, meme.caption, size, rng).save(jpeg, "JPEG", quality=JPEG_QUALITY)
    data = jpeg.getvalue()
    path.write_bytes(data[: len(data) // 2] if meme.fault is Fault.TRUNCATED_IMAGE else data)
