"""Drawn pairs as a span, and a configuration over a folder of spans."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.pack.pack import pack
from pipeline.config import Config
from pipeline.demo.memes import draw_memes
from pipeline.load_config import load_config

PAIRS = 48
ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "pipeline.cli", "retrain", "--json", "--config"]


@dataclasses.dataclass
class Spans:
    """A data root, and an output folder that holds nothing yet."""

    folder: Path
    drawn: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def output(self) -> Path:
        return self.folder / "out"

    @property
    def file(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def decisions(self) -> list[dict[str, Any]]:
        path = self.output / "retrain" / "decisions.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def add(self, number: int, version: int = 0) -> Path:
        """Put the drawn pairs there as a span; return its one file of records."""
        folder = self.data / f"span-{number}" / (f"v{version}" if version else "")
        shutil.copytree(self.drawn, folder, dirs_exist_ok=True)
        return folder / "pairs-00000-of-00001.tfrecord.gz"

    def config(self, **sections: Any) -> Config:
        """Write the configuration and load it."""
        settings = {
            "name": "tiny",
            "preset": "vgg16_lstm",
            "output": str(self.output),
            "data": {"root": str(self.data), "window": 2},
            "image": {"weights": "random"},
        }
        for name, section in sections.items():
            settings[name] = {**settings.get(name, {}), **section} if isinstance(section, dict) else section
        self.file.write_text(yaml.safe_dump(settings))
        return load_config(self.file)


@pytest.fixture(scope="session")
def drawn_span(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    pack(draw_memes(folder / "memes", PAIRS, seed=4, size=(96, 96)), folder / "data", 1)
    return folder / "data" / "span-1"


@pytest.fixture
def spans(drawn_span: Path, tmp_path: Path) -> Spans:
    made = Spans(tmp_path, drawn_span)
    made.data.mkdir()
    return made
