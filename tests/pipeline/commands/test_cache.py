"""`fusegate cache` shows, prunes and verifies what is kept, and says what it did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from components.feature_cache.last_used import mark_used
from components.feature_cache.place import Place
from pipeline import cli
from tests.components.feature_cache.drawn import FINGERPRINT, OTHER, filled

HEAVY = ("tensorflow", "tfx", "apache_beam", "pydantic", "keras", "numpy", "pyarrow")
COMMANDS = (["cache"], ["cache", "show"], ["cache", "prune"], ["cache", "verify"])


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fusegate", "cache", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def configured(folder: Path, **settings: object) -> str:
    file = folder / "lite.yaml"
    data = {"root": str(folder / "data")}
    base = {"name": "lite", "preset": "lite", "output": str(folder / "out"), "data": data}
    file.write_text(yaml.safe_dump({**base, "image": {"weights": "package"}, **settings}))
    return str(file)


def test_show_lists_the_cache_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(tmp_path / "out" / "features", 0, 500)
    filled(tmp_path / "out" / "features", 0, 50, OTHER)
    assert call(monkeypatch, "show", "--config", configured(tmp_path)) == 0
    shown = capsys.readouterr().out
    assert f"2 encoders in {tmp_path}/out/features" in shown
    assert FINGERPRINT[:16] in shown
    assert "in 1 segments, last used 20" in shown
    assert call(monkeypatch, "show", "--config", configured(tmp_path), "--json", "--encoder", OTHER[:4]) == 0
    stored = json.loads(capsys.readouterr().out)
    assert (stored["fingerprint"], stored["encoder"], stored["width"], stored["segments"]) == (OTHER, "drawn", 24, 1)


def test_prune_says_what_it_would_remove_and_then_removes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, young = filled(tmp_path, 0, 5), filled(tmp_path, 5, 9)
    mark_used(Place.of(str(old.parent)), old.name, time.time() - 100 * 86_400)
    bounds = ("prune", "--location", str(tmp_path), "--older-than-days", "30")
    assert call(monkeypatch, *bounds, "--dry-run") == 0
    assert "Would remove 1 segments" in capsys.readouterr().out
    assert old.exists()
    assert call(monkeypatch, *bounds) == 0
    assert "Removed 1 segments" in capsys.readouterr().out
    assert (old.exists(), young.exists()) == (False, True)
    assert call(monkeypatch, "prune", "--location", str(tmp_path), "--max-gib", "0") == 0
    assert not young.exists()


def test_verify_exits_1_where_a_segment_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = filled(tmp_path, 0, 5)
    assert call(monkeypatch, "verify", "--location", str(tmp_path)) == 0
    assert "1 segments checked, 0 damaged; 5 vectors whole" in capsys.readouterr().out
    file.write_bytes(file.read_bytes() + b"\0")
    assert call(monkeypatch, "verify", "--location", str(tmp_path)) == 1
    assert f"DAMAGED, set aside: {file}" in capsys.readouterr().out


def test_a_cache_that_is_not_named_or_not_kept_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(tmp_path, feature_cache={"location": None})
    for arguments in (["show"], ["show", "--config", config, "--location", "x"], ["verify", "--config", config]):
        assert call(monkeypatch, *arguments) == 2
        assert "Received: " in capsys.readouterr().err


def test_help_shows_examples_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom pipeline.cli import cli\n"
        f"for command in {COMMANDS!r}:\n"
        "    try:\n        cli([*command, '--help'], standalone_mode=False)\n    except SystemExit:\n        pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.count("Examples:") == len(COMMANDS)
    assert done.stdout.rstrip().endswith("[]")
