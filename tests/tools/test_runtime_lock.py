"""Taking the tools of development out of the lock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.runtime_lock import dev_names, runtime_lock

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def block(name: str, *parents: str) -> str:
    hashes = f"    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n"
    via = f"    # via {parents[0]}\n" if len(parents) == 1 else "".join(f"    #   {each}\n" for each in parents)
    return f"{name}==1.0 ; sys_platform == 'linux' \\\n{hashes}{'    # via' + chr(10) if len(parents) > 1 else ''}{via}"


def test_what_only_a_tool_of_development_asks_for_goes_and_what_is_shared_stays() -> None:
    lock = block("alone", "linter") + block("linter", "app") + block("run", "app") + block("shared", "linter", "run")
    assert runtime_lock(lock, "app", {"linter"}) == block("run", "app") + block("shared", "linter", "run")


def test_what_the_project_runs_with_as_well_stays() -> None:
    lock = block("linter", "app", "run") + block("run", "app")
    assert runtime_lock(lock, "app", {"linter"}) == lock


def test_a_package_of_which_nothing_is_told_is_named() -> None:
    with pytest.raises(ValueError, match=r"Received: lonely without a note"):
        runtime_lock("lonely==1.0\n", "app", set())


def test_the_projects_own_lock_loses_its_tools_and_keeps_its_dependencies_word_for_word() -> None:
    runtime = runtime_lock(LOCK, "fusegate", dev_names(PYPROJECT))
    names, before = (set(re.findall(r"^[a-z0-9-]+(?===)", text, re.MULTILINE)) for text in (runtime, LOCK))
    assert {"pytest", "ruff", "mypy", "hypothesis", "import-linter", "types-pyyaml"} <= before - names
    assert {"tfx", "tensorflow", "keras-hub", "setuptools", "pyfarmhash", "kfp"} <= names
    assert len(before - names) < 20
    assert all(piece in LOCK for piece in re.split(r"(?m)^(?=[a-z0-9])", runtime))


def test_a_project_without_tools_of_development_is_refused() -> None:
    with pytest.raises(ValueError, match="extra `dev`"):
        dev_names('[project.optional-dependencies]\nall = [\n    "a",\n]\n')
