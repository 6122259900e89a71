"""Which files a manifest may name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from components.pack.read_image import read_image
from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = (tmp_path / "memes").resolve()
    inside.mkdir()
    (inside / "a.png").write_bytes(b"inside")
    (tmp_path / "secret.png").write_bytes(b"outside")
    return inside


def reason_of(name: object, folder: Path, limits: PairLimits | None = None) -> Reason:
    with pytest.raises(Unusable) as caught:
        read_image(name, folder, limits or PairLimits())
    return caught.value.reason


def test_file_below_the_folder_is_read_by_relative_and_absolute_path(folder: Path) -> None:
    (folder / "link.png").symlink_to("a.png")
    for name in ("a.png", "./x/../a.png", str(folder / "a.png"), "link.png"):
        assert read_image(name, folder, PairLimits()) == b"inside"


def test_paths_that_leave_the_folder_are_refused(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    (folder / "up").symlink_to("..")
    for name in ("../secret.png", str(folder.parent / "secret.png"), "link.png", "up/secret.png", "/etc/passwd"):
        assert reason_of(name, folder) is Reason.IMAGE_OUTSIDE_FOLDER


def test_what_is_no_readable_file_is_missing(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe")
    for name in ("b.png", "loop", "sub", "pipe", "a.png/b.png", "nul\0.png", "x" * 5000, "", None, 7, "\ud800"):
        assert reason_of(name, folder) is Reason.IMAGE_MISSING


def test_file_beyond_the_limit_is_not_read(folder: Path) -> None:
    assert reason_of("a.png", folder, PairLimits(max_image_bytes=5)) is Reason.IMAGE_TOO_LARGE
