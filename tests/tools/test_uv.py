"""Finding uv and running it quietly."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools.stacks import Machine, SetupError
from tools.uv import bring_uv, find_uv, run, tool_environment, under_way


def put_uv(folder: Path, script: str) -> Path:
    folder.mkdir(parents=True)
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_the_first_uv_that_runs_and_is_new_enough_is_taken(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("shim", "old", "new", "newer")]
    put_uv(folders[0], "echo 'pyenv: version `3.x` is not installed' >&2; exit 1")
    put_uv(folders[1], "echo 'uv 0.4.30'")
    program = put_uv(folders[2], "echo 'uv 0.5.0 (abc 2024-11-07)'")
    put_uv(folders[3], "echo 'uv 1.0.0'")
    assert find_uv({"PATH": os.pathsep.join(map(str, folders))}, tmp_path / "own") == str(program)


def test_setups_own_uv_comes_last(tmp_path: Path) -> None:
    own = put_uv(tmp_path / "own" / "bin", "echo 'uv 0.13.9'")
    assert find_uv({"PATH": ""}, tmp_path / "own") == str(own)
    on_path = put_uv(tmp_path / "path", "echo 'uv 0.5.1'")
    assert find_uv({"PATH": str(on_path.parent)}, tmp_path / "own") == str(on_path)


def test_no_uv_is_none(tmp_path: Path) -> None:
    assert find_uv({"PATH": str(tmp_path)}, tmp_path / "own") is None


def test_where_pip_cannot_bring_uv_the_purpose_and_the_network_are_named(tmp_path: Path) -> None:
    nowhere = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)}
    with pytest.raises(SetupError) as raised:
        bring_uv(Machine("Linux x86_64", (2, 41), ()), nowhere, tmp_path / "own", "to bring a Python 3.10")
    assert str(raised.value).startswith("uv is needed to bring a Python 3.10.\nNo uv 0.5 or newer is on the PATH")
    assert "that takes a network, once" in str(raised.value)


def test_the_folder_of_setups_own_uv_is_ignored_by_git(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        bring_uv(Machine("Linux x86_64", (2, 41), ()), {"PIP_NO_INDEX": "1"}, tmp_path / "own", "to test")
    assert (tmp_path / "own" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_another_environment_does_not_mislead_the_tools() -> None:
    kept = tool_environment({"VIRTUAL_ENV": "/other", "PYTHONPATH": "/other", "UV_PYTHON": "3.9", "CC": "gcc"})
    assert kept["CC"] == "gcc"
    assert not {"VIRTUAL_ENV", "PYTHONPATH", "UV_PYTHON"} & kept.keys()


def test_a_tool_that_succeeds_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    run([sys.executable, "-c", "print('Resolved 3 packages')"], os.environ, "it failed")
    assert capfd.readouterr() == ("", "")


def test_a_tool_that_fails_is_quoted_without_its_lists_and_the_index(capfd: pytest.CaptureFixture[str]) -> None:
    script = "print('Downloading tfx (7 MiB)\\n + tfx==1.21.0\\nerror: no https://mirror.example/tfx'); exit(2)"
    with pytest.raises(SetupError, match="^it failed$"):
        run(
            [sys.executable, "-c", script],
            {**os.environ, "PIP_INDEX_URL": "https://mirror.example/simple"},
            "it failed",
        )
    assert capfd.readouterr().err == "error: no https://<index>/tfx\n"


def test_progress_names_what_is_still_downloading() -> None:
    lines = ["Downloading tensorflow (546.3MiB)\n", "Downloading tfx (7.1MiB)\n", "   Building pyfarmhash==0.3.2\n"]
    assert under_way(lines) == "Downloading tensorflow (546.3MiB) and 2 more"
    assert under_way([*lines, " Downloaded tensorflow\n", " Downloaded tfx\n"]) == "Building pyfarmhash==0.3.2"


def test_progress_says_when_bytecode_is_compiled() -> None:
    lines = ["Downloading tfx (7.1MiB)\n", " Downloaded tfx\n", "Installed 233 packages in 1.39s\n"]
    assert under_way(lines) == "Installed 233 packages in 1.39s, compiling bytecode"
    assert under_way([]) == "starting"
