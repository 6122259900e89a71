from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "tfx", "apache_beam", "pydantic", "keras", "numpy")


def fusegate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    "verb",
    [[], ["pack"], ["run"], ["demo"], ["retrain"], ["gc"], ["schedule"], ["schedule", "install"], ["schedule", "run"]],
    ids=" ".join,
)
def test_help_shows_examples_and_imports_nothing_heavy(verb: list[str]) -> None:
    code = (
        "import sys\nfrom pipeline.cli import cli\n"
        f"cli({[*verb, '--help']!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Examples:" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_missing_configuration_exits_2_with_what_was_received(tmp_path) -> None:
    done = fusegate("run", "--config", str(tmp_path / "none.yaml"))
    assert done.returncode == 2
    assert f"Received: {tmp_path / 'none.yaml'}" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_verb_exits_2() -> None:
    done = fusegate("trian")
    assert done.returncode == 2
    assert "No such command 'trian'" in done.stderr
