"""The image's build on a machine that lacks a part. The build itself is under tests/kubeflow_image."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import container_tools
from tools.container_tools import require_programs, require_root, run_printing
from tools.stacks import SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, administrators' folders included."""
    monkeypatch.setattr(container_tools, "ADMINISTRATORS", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(folder: Path, name: str) -> None:
    (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_all_missing_programs_are_named_at_once_with_the_command_that_brings_them(programs: Path) -> None:
    put(programs, "podman")
    with pytest.raises(SetupError) as raised:
        require_programs("buildah", "podman", ("runc", "crun"))
    assert str(raised.value) == (
        "The image is built with buildah, podman, runc or crun.\n"
        "Missing on this machine: buildah, runc or crun.\n"
        f"Bring them with: {'' if os.geteuid() == 0 else 'sudo '}apt-get install buildah runc"
    )


def test_one_of_two_runtimes_is_enough(programs: Path) -> None:
    put(programs, "crun")
    require_programs(("runc", "crun"))


def test_a_user_who_is_not_root_is_told_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"(?s)needs root\.\nReceived: user 1000\.\nTake another\."):
        require_root("It needs root.", "Take another.")


def test_a_failed_step_is_told_without_the_hosts_of_indexes(capsys: pytest.CaptureFixture[str]) -> None:
    script = "echo STEP 1/2: FROM; echo no answer from https://me:secret@index.invalid/simple; exit 3"
    with pytest.raises(SetupError, match=r"^It was not built\. Its message is above\.$"):
        run_printing(["sh", "-c", script], {"PIP_INDEX_URL": "https://index.invalid"}, "It was not built.")
    told = capsys.readouterr()
    assert told.out == "image:   STEP 1/2: FROM\n"
    assert told.err.endswith("no answer from https://<index>/simple\n")


def test_a_machine_without_parts_ends_with_1_and_a_message(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from tools import container_tools, image; container_tools.ADMINISTRATORS = ''; "
            "raise SystemExit(image.main())",
        ],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(
        "image: The image is built with buildah, podman, runc or crun, debootstrap.\nMissing on this machine:"
    )


def test_an_unknown_option_is_refused_before_anything_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.image", "--bse", "x"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "unrecognized arguments: --bse" in done.stderr
