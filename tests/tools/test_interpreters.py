"""Finding Pythons: only one that runs and tells its version counts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.interpreters import absent_programs, find_interpreters, probe

THIS = f"python3.{sys.version_info.minor}"
BASE = os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]


def put(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def environment(home: Path, *folders: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.pathsep.join(map(str, folders))}


def test_a_virtual_environment_is_traced_to_the_python_below_it(tmp_path: Path) -> None:
    found = probe(sys.executable, environment(tmp_path))
    assert found is not None
    assert (found.path, found.version) == (BASE, sys.version_info[:3])


def test_a_shim_of_an_inactive_version_does_not_count(tmp_path: Path) -> None:
    put(tmp_path / "shims" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    assert find_interpreters(environment(tmp_path, tmp_path / "shims")) == ()


def test_a_program_that_answers_something_else_does_not_count(tmp_path: Path) -> None:
    put(tmp_path / "bin" / "python3", "echo hello")
    assert find_interpreters(environment(tmp_path, tmp_path / "bin")) == ()


def test_pyenv_is_searched_without_being_on_the_path(tmp_path: Path) -> None:
    put(tmp_path / ".pyenv" / "versions" / "3.x" / "bin" / THIS, f'exec "{BASE}" "$@"')
    assert [found.path for found in find_interpreters(environment(tmp_path))] == [BASE]


def test_pythons_that_uv_brought_earlier_are_found(tmp_path: Path) -> None:
    put(tmp_path / ".local/share/uv/python" / "cpython-3.x" / "bin" / THIS, f'exec "{BASE}" "$@"')
    assert [found.path for found in find_interpreters(environment(tmp_path))] == [BASE]


def test_one_python_under_two_names_is_one(tmp_path: Path) -> None:
    for name in (THIS, "python3"):
        put(tmp_path / "bin" / name, f'exec "{BASE}" "$@"')
    assert len(find_interpreters(environment(tmp_path, tmp_path / "bin"))) == 1


def test_a_compiler_that_is_not_on_the_path_is_told(tmp_path: Path) -> None:
    put(tmp_path / "bin" / "gcc", "exit 0")
    environ = {**environment(tmp_path, tmp_path / "bin"), "CC": "gcc -pthread", "CXX": "g++ -pthread"}
    found = probe(BASE, environ)
    assert found is not None
    assert found.absent_compilers == ("g++",)


def test_programs_are_looked_up_by_their_first_word(tmp_path: Path) -> None:
    put(tmp_path / "bin" / "cc", "exit 0")
    assert absent_programs(["cc -O2", "c++ -O2", ""], environment(tmp_path, tmp_path / "bin")) == ("c++",)
