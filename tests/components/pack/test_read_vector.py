"""Vectors of texts, from the manifest or from .npy files that strangers sent."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from components.pack.read_vector import read_vector
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def claiming(shape: str, dtype: str = "'<f4'") -> bytes:
    """A file of four numbers whose header claims another shape or type."""
    return npy(np.zeros(4, "<f4")).replace(b"'<f4'", dtype.encode()).replace(b"(4,)", shape.encode())


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i8", "u1"])
@pytest.mark.parametrize("shape", [(3,), (1, 3)])
def test_numbers_of_each_type_are_read(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    (tmp_path / "v.npy").write_bytes(npy(np.array([1, 0, 2], dtype).reshape(shape)))
    assert np.ravel(read_vector("v.npy", tmp_path)).tolist() == [1, 0, 2]


def test_a_list_is_passed_on_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    assert read_vector([0.5], tmp_path) == [0.5]
    assert read_vector(" ", tmp_path) is None
    assert read_vector(None, tmp_path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"0.1 0.2",
        npy(np.zeros(4))[:-1],
        npy(np.zeros(4)) + b"\0",
        npy(np.array(["a", "b"])),
        npy(np.zeros(2, bool)),
        claiming("(400000000000,)"),
        claiming("(-4,)"),
        claiming("(4,)", "'|O'"),
        claiming("(" * 500),
        npy(np.zeros(1 << 16)),
    ],
)
def test_a_file_that_holds_no_plain_numbers_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v.npy").write_bytes(content)
    with pytest.raises(Unusable) as refusal:
        read_vector("v.npy", tmp_path)
    assert refusal.value.reason is Reason.TEXT_VECTOR_INVALID


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "ran",)

    np.save(tmp_path / "v.npy", np.array([Evil()], object), allow_pickle=True)
    with pytest.raises(Unusable):
        read_vector("v.npy", tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent.npy", Reason.TEXT_VECTOR_MISSING),
        ("v.txt", Reason.TEXT_VECTOR_INVALID),
        ("[0.1, 0.2]", Reason.TEXT_VECTOR_INVALID),
        ("../v.npy", Reason.TEXT_VECTOR_INVALID),
        ("link.npy", Reason.TEXT_VECTOR_INVALID),
    ],
)
def test_a_path_that_will_not_do_is_refused(tmp_path: Path, name: str, reason: Reason) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "v.npy").write_bytes(npy(np.zeros(2)))
    (home / "link.npy").symlink_to(tmp_path / "v.npy")
    with pytest.raises(Unusable) as refusal:
        read_vector(name, home)
    assert refusal.value.reason is reason
