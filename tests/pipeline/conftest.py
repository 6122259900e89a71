"""One small whole run that the pipeline tests share."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from components.pack.pack import pack
from pipeline.config import Config
from pipeline.demo.memes import draw_memes
from pipeline.load_config import load_config
from pipeline.local import Run, run_local

COUNT = 240


@dataclasses.dataclass(frozen=True)
class World:
    """A folder with drawn memes, packed, and a configuration for them.

    The backbone is small and random, so the gate asks for nothing that only a good model could show.
    """

    folder: Path
    file: Path

    def config(self, *overrides: str) -> Config:
        return load_config(self.file, overrides)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    manifest = draw_memes(folder / "memes", COUNT, seed=3, size=(96, 96), faults=True)
    pack(manifest, folder / "data", 1)
    settings = {
        "name": "tiny",
        "preset": "vgg16_lstm",
        "output": str(folder / "out"),
        "data": {"root": str(folder / "data"), "min_per_class": 5},
        "image": {"weights": "random", "size": 32, "pooling": "avg"},
        "text": {"max_tokens": 16, "vocabulary": 500},
        "image_branch": {"kind": "linear", "normalize": True},
        "text_branch": {"kinds": ["lexical", "lstm"]},
        "train": {"head": "auto", "folds": 2, "epochs": 3},
        "gate": {"min_gain": -1, "min_auc": 0.1, "max_drop": 1, "draws": 200},
    }
    file = folder / "tiny.yaml"
    file.write_text(yaml.safe_dump(settings))
    return World(folder, file)


@pytest.fixture(scope="session")
def first_run(world: World) -> Run:
    return run_local(world.config())
