"""Setup as a whole, in a checkout of its own, with a uv that makes the files and installs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSION = ".".join(map(str, sys.version_info[:3]))
STACK = "compatible" if sys.version_info < (3, 11) else "current"
UV = f"""\
echo "$@" >> "$CALLS"
case "$1 $2" in
    "--version ") echo "uv 0.13.9" ;;
    venv*) for folder; do :; done; mkdir -p "$folder/bin"; ln -s "{sys.executable}" "$folder/bin/python"
           echo "version_info = {VERSION}" > "$folder/pyvenv.cfg" ;;
    "pip sync") echo "error: the wheel is broken"; exit "${{SYNC_FAILS:-0}}" ;;
esac
"""


class Checkout:
    """A checkout in a folder, and an environment whose uv only writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        self.calls = folder / "calls"
        self.stamp = self.root / ".venv" / "fusegate-setup"
        shutil.copytree(ROOT / "tools", self.root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, self.root / name)
        programs = folder / "bin"
        programs.mkdir()
        (programs / "uv").write_text(f"#!/bin/sh\n{UV}", encoding="utf-8")
        (programs / "uv").chmod(0o755)
        (programs / f"python3.{sys.version_info.minor}").symlink_to(sys.executable)
        # Any program stands for the compilers: nothing is built here.
        self.environ = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(folder),
            "CALLS": str(self.calls),
            "CC": "true",
            "CXX": "true",
        }

    def setup(self, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run it; `told` afterwards holds uv's calls of this run."""
        self.calls.write_text("", encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "tools.setup"],
            cwd=self.root,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self) -> list[str]:
        """uv's calls of the last run, by their first words."""
        lines = self.calls.read_text(encoding="utf-8").splitlines()
        return [" ".join(line.split()[:2]) if line.startswith("pip") else line.split()[0] for line in lines]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_first_setup_says_which_stack_in_one_line_and_leaves_a_stamp(checkout: Checkout) -> None:
    done = checkout.setup(STACK=STACK)
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith(f"setup: {STACK} stack (TFX ")
    assert first.endswith(f": STACK={STACK} asks for it")
    assert checkout.told() == ["--version", "venv", "pip sync", "pip install"]
    assert checkout.stamp.exists()


def test_the_lock_is_installed_by_its_hashes_with_the_path_of_the_interpreter(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    calls = checkout.calls.read_text(encoding="utf-8")
    base = os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]
    assert f"venv --python {base} " in calls
    assert "pip sync --require-hashes" in calls


def test_a_second_setup_does_nothing(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    done = checkout.setup()
    assert done.stdout == f"setup: .venv is up to date ({STACK} stack, Python {VERSION})\n"
    assert checkout.told() == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_change_is_installed_into_the_environment_that_is_there(checkout: Checkout, name: str) -> None:
    checkout.setup(STACK=STACK)
    with (checkout.root / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert checkout.setup().returncode == 0
    assert checkout.told() == ["--version", "pip sync", "pip install"]
    assert "is up to date" in checkout.setup().stdout


def test_a_setup_that_failed_leaves_no_stamp_and_the_next_starts_afresh(checkout: Checkout) -> None:
    failed = checkout.setup(STACK=STACK, SYNC_FAILS="1")
    assert failed.returncode == 1
    assert failed.stderr.startswith("error: the wheel is broken\nsetup: uv could not install requirements.lock")
    assert "UV_DEFAULT_INDEX" in failed.stderr
    assert not checkout.stamp.exists()
    mended = checkout.setup(STACK=STACK)
    assert "setup: replacing .venv" in mended.stdout
    assert checkout.stamp.exists()


def test_a_failed_update_leaves_no_stamp(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    (checkout.root / "requirements.lock").write_text("", encoding="utf-8")
    checkout.setup(SYNC_FAILS="1")
    assert not checkout.stamp.exists()


def test_an_environment_of_the_other_stack_is_replaced(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    other = "3.10.1" if STACK == "current" else "3.13.1"
    (checkout.root / ".venv" / "pyvenv.cfg").write_text(f"version_info = {other}\n", encoding="utf-8")
    assert "setup: replacing .venv" in checkout.setup(STACK=STACK).stdout
    assert "venv" in checkout.told()


def test_an_environment_whose_python_is_gone_is_replaced(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    python = checkout.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    assert "setup: replacing .venv" in checkout.setup(STACK=STACK).stdout


def test_a_checkout_that_was_moved_gets_its_environment_anew(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    checkout.root = checkout.root.rename(checkout.root.with_name("moved"))
    assert "setup: replacing .venv" in checkout.setup(STACK=STACK).stdout


def test_an_unknown_stack_is_an_error_before_anything_is_touched(checkout: Checkout) -> None:
    checkout.setup(STACK=STACK)
    failed = checkout.setup(STACK="newest")
    assert failed.returncode == 1
    assert failed.stderr.startswith("setup: STACK is current or compatible.\nReceived: STACK=newest.")
    assert checkout.stamp.exists()
