"""Drawn memes: layout on disk, determinism, distinctness, visible signal and planted faults."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.errors import InputError
from pipeline.demo.captions import TOPICS
from pipeline.demo.memes import draw_memes
from pipeline.demo.signal import Signal

SMALL = (96, 96)


def _rows(manifest: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_manifest_has_the_hateful_memes_layout_and_every_image_has_its_size(tmp_path: Path) -> None:
    manifest = draw_memes(tmp_path, 12, seed=0, size=(160, 120))
    rows = _rows(manifest)
    assert len(rows) == 12
    for row in rows:
        assert set(row) == {"id", "img", "text", "label"}
        with Image.open(manifest.parent / row["img"]) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (160, 120))
    assert len({row["id"] for row in rows}) == 12
    assert sum(row["label"] for row in rows) == 6


def test_files_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    for workers in (1, 2):
        draw_memes(tmp_path / str(workers), 30, seed=3, size=SMALL, faults=True, workers=workers)
    assert _digests(tmp_path / "1") == _digests(tmp_path / "2")


def test_another_seed_draws_other_memes(tmp_path: Path) -> None:
    for seed in (0, 1):
        draw_memes(tmp_path / str(seed), 5, seed=seed, size=SMALL)
    assert not set(_digests(tmp_path / "0").values()) & set(_digests(tmp_path / "1").values())


def test_no_two_memes_share_a_picture_or_a_text(tmp_path: Path) -> None:
    rows = _rows(draw_memes(tmp_path, 150, seed=0, size=SMALL))
    assert len(set(_digests(tmp_path / "img").values())) == 150
    assert len({row["text"] for row in rows}) == 150


def test_warm_backgrounds_go_with_the_label_as_often_as_dialled(tmp_path: Path) -> None:
    manifest = draw_memes(tmp_path, 100, seed=0, signal=Signal(image=2.0, text=0.0, interaction=0.0), size=SMALL)
    agrees = []
    for row in _rows(manifest):
        with Image.open(tmp_path / row["img"]) as image:
            edges = np.asarray(image)[:, [0, -1]].mean(axis=(0, 1))
        agrees.append((edges[0] > edges[2]) == bool(row["label"]))
    assert np.mean(agrees) == pytest.approx(0.88, abs=0.03)


def test_cats_and_cars_are_drawn_as_the_interaction_says(tmp_path: Path) -> None:
    manifest = draw_memes(tmp_path, 60, seed=0, signal=Signal(image=0.0, text=0.0, interaction=9.0), size=(192, 192))
    windows = []
    for row in _rows(manifest):
        speaks_of_cat = bool(set(row["text"].split()) & set(TOPICS[1].split()))
        with Image.open(tmp_path / row["img"]) as image:
            glass = (np.abs(np.asarray(image).astype(int) - (191, 230, 245)).max(axis=2) < 12).sum()
        windows.append((speaks_of_cat == bool(row["label"]), glass))
    assert np.mean([is_cat == (glass < 50) for is_cat, glass in windows]) > 0.9


def test_planted_faults_are_of_every_kind_and_leave_the_other_pairs_as_they_were(tmp_path: Path) -> None:
    sound = _rows(draw_memes(tmp_path / "sound", 40, seed=0, size=SMALL))
    rows = _rows(draw_memes(tmp_path, 40, seed=0, size=SMALL, faults=True))
    missing = [row for row in rows if not (tmp_path / row["img"]).exists()]
    truncated = []
    for row in rows:
        if row not in missing:
            try:
                with Image.open(tmp_path / row["img"]) as image:
                    image.load()
            except OSError:
                truncated.append(row)
    faulty = [missing, truncated, [r for r in rows if r["text"] == ""], [r for r in rows if r["label"] not in (0, 1)]]
    assert [len(kind) for kind in faulty] == [1, 1, 1, 1]
    broken = {row["id"] for kind in faulty for row in kind}
    assert len(broken) == 4
    assert all(row == was for row, was in zip(rows, sound, strict=True) if row["id"] not in broken)


@pytest.mark.parametrize(
    ("count", "size", "rule"), [(0, SMALL, "one meme"), (5, (4, 96), "sides"), (5, (96, 9999), "sides")]
)
def test_counts_and_sizes_out_of_bounds_are_refused(
    tmp_path: Path, count: int, size: tuple[int, int], rule: str
) -> None:
    with pytest.raises(InputError, match=rule):
        draw_memes(tmp_path, count, seed=0, size=size)
