from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from components.errors import InputError
from pipeline.config import Config
from pipeline.load_config import load_config
from pipeline.schedule.schedule import Installed, make_schedule, read_note
from pipeline.schedule.time_zone import time_zone


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.yaml"
    settings = {"name": "tiny", "preset": "vgg16_lstm", "output": "out", "data": {"root": "data"}}
    file.write_text(yaml.safe_dump(settings | {"image": {"weights": "random"}}))
    return file


@pytest.fixture
def config(file: Path) -> Config:
    return load_config(file)


def test_schedule_calls_this_python_by_absolute_paths_in_the_folder_of_now(
    file: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    made = make_schedule(config, Path(file.name), " 0  3 * * * ", overrides=["seed=3"])
    assert made.name == "tiny"
    assert made.rule.text == "0 3 * * *"
    assert made.command == (
        *(sys.executable, "-m", "pipeline.cli", "retrain", "--config", str(file)),
        *("--set", "seed=3"),
    )
    assert made.directory == file.parent
    assert made.log == file.parent / "out" / "retrain" / "schedule.log"
    assert made.environment["PATH"].split(":")[0] == str(Path(sys.executable).parent)


def test_note_tells_what_is_installed_and_other_lines_tell_nothing(file: Path, config: Config) -> None:
    made = make_schedule(config, file, "0 3 * * *")
    assert read_note(made.note(), "cron") == Installed("tiny", "cron", "0 3 * * *", str(file), str(made.log))
    for line in ("", "# fusegate schedule {", '# fusegate schedule {"name": 1}', "# fusegate schedule []"):
        assert read_note(line, "cron") is None


@pytest.mark.parametrize("name", ["../x", "a b", "", "A", "x.timer"])
def test_name_that_is_no_files_name_is_refused(file: Path, config: Config, name: str) -> None:
    with pytest.raises(InputError, match="--name"):
        make_schedule(config, file, "0 3 * * *", name)


@pytest.mark.parametrize("text", ["a\nb", "a\\b", "a\x7fb"])
def test_words_that_would_break_out_of_their_line_are_refused(file: Path, config: Config, text: str) -> None:
    with pytest.raises(InputError, match="without line breaks"):
        make_schedule(config, file, "0 3 * * *", overrides=[f"card.owner={text}"])


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", ""])
def test_zone_that_is_none_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(InputError, match="as Europe/Berlin"):
        time_zone(name)
