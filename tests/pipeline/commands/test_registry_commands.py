"""`fusegate receipt`, and what the help of the registry's commands costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import cli
from tests.components.receipt.drawn import draw_candidate

HEAVY = ("tensorflow", "tfx", "apache_beam", "pydantic", "keras", "numpy", "ml_metadata")
COMMANDS = (
    ["models"],
    ["rollback"],
    ["baseline"],
    ["baseline", "reset"],
    ["receipt"],
    ["receipt", "show"],
    ["receipt", "verify"],
)


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    candidate = draw_candidate(tmp_path_factory.mktemp("pushed"))
    candidate.receipt()
    return candidate.push()


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fusegate", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_pushed_version_is_shown_and_verified(
    pushed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "receipt", "show", str(pushed)) == 0
    shown = capsys.readouterr().out
    assert "blessed, fused is served" in shown
    assert "The smallest gain that 300 test pairs can show: +0." in shown
    assert "passed   gate.min_gain, fused, overall: +" in shown
    assert call(monkeypatch, "receipt", "show", str(pushed), "--json") == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "blessed"
    assert call(monkeypatch, "receipt", "verify", str(pushed)) == 0
    assert "checks agree" in capsys.readouterr().out


def test_what_does_not_agree_exits_1_and_what_is_not_there_2(
    pushed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    graph = pushed / "saved_model.pb"
    kept = graph.read_bytes()
    graph.write_bytes(kept + b"\0")
    assert call(monkeypatch, "receipt", "verify", str(pushed)) == 1
    assert "DIFFERS  files of the model" in capsys.readouterr().out
    graph.write_bytes(kept)
    assert call(monkeypatch, "receipt", "verify", str(tmp_path)) == 2
    assert "Received: " in capsys.readouterr().err


def test_help_shows_examples_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pipeline.cli import cli\n"
        f"for command in {COMMANDS!r}:\n"
        "    try:\n        cli([*command, '--help'], standalone_mode=False)\n    except SystemExit:\n        pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("Examples:") == len(COMMANDS)
    assert done.stdout.rstrip().endswith("[]")
