"""A registry with small models in it, and a configuration for it, made without a run."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from pathlib import Path

import tensorflow as tf
import yaml

from components.live_model import registry
from components.live_model.files_digest import files_digest
from components.live_model.publish import publish, stage
from pipeline.config import Config
from pipeline.load_config import load_config


@dataclasses.dataclass(frozen=True)
class RegistryWorld:
    """An output folder."""

    folder: Path

    @property
    def file(self) -> Path:
        """The configuration's file."""
        return self.folder / "config.yaml"

    @property
    def config(self) -> Config:
        """The configuration."""
        return load_config(self.file)

    @property
    def models(self) -> str:
        """The push destination."""
        return str(self.config.models)

    def push(self, version: int, weights: float) -> None:
        """Push a model, as Pusher does."""
        source = self.folder / f"trained-{version}"
        module = tf.Module()
        module.weights = tf.Variable([weights])
        tf.saved_model.save(module, str(source))
        reference = self.folder / f"reference-{version}"
        reference.mkdir()
        (reference / "summary.json").write_text(f"of {version}")
        staging = stage(self.models, functools.partial(shutil.copytree, source))
        record = registry.Record(
            version,
            "tiny",
            f"run-{version}",
            "2026-01-01T00:00:00+00:00",
            registry.model_digest(staging),
            str(source),
            "code",
            files_digest=files_digest(staging),
        )
        publish(self.models, staging, record, {registry.REFERENCE: str(reference)})

    def weights(self, version: int) -> float:
        """The weights that a version serves."""
        checkpoint = f"{self.models}/{version}/variables/variables"
        return float(tf.train.load_variable(checkpoint, "weights/.ATTRIBUTES/VARIABLE_VALUE")[0])


def make_registry_world(folder: Path) -> RegistryWorld:
    """Make an output folder with a configuration."""
    settings = {
        "name": "tiny",
        "preset": "vgg16_lstm",
        "output": str(folder / "out"),
        "data": {"root": str(folder / "data")},
        "image": {"weights": "random"},
    }
    world = RegistryWorld(folder)
    world.file.write_text(yaml.safe_dump(settings))
    Path(world.models).mkdir(parents=True)
    return world
