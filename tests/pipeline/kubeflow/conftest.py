"""A compiled pipeline that the tests share: a small configuration with every kind of setting in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.config import Config
from pipeline.kubeflow.compile_pipeline import compile_pipeline
from pipeline.kubeflow.compiled import Compiled
from pipeline.load_config import load_config

IMAGE = "registry.example/fusegate@sha256:00"
SETTINGS: dict[str, Any] = {
    "name": "tiny",
    "preset": "vgg16_lstm",
    "output": "out",
    "data": {"root": "data", "slices": ["language"]},
    "image": {"weights": "random", "size": 32, "pooling": "avg"},
    "gate": {"max_drop": None},
    "kubeflow": {
        "env": {"TF_NUM_INTRAOP_THREADS": "4"},
        "secrets": [{"secret": "store", "key": "token", "env": "STORE_TOKEN"}],
        "resources": {
            "default": {"cpu": 2, "memory_gb": 4},
            "Trainer": {"cpu": 8, "memory_gb": 32, "accelerator": "nvidia.com/gpu"},
        },
        "retries": {"default": 2, "Pusher": 0},
        "cache": {"default": True, "StatisticsGen": False},
    },
}


@pytest.fixture(scope="session")
def configure(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Config]:
    """Load the small configuration with some keys overridden."""
    file = tmp_path_factory.mktemp("kubeflow") / "tiny.yaml"
    file.write_text(yaml.safe_dump(SETTINGS))
    return lambda *overrides: load_config(Path(file), overrides)


@pytest.fixture(scope="session")
def compiled(configure: Callable[..., Config]) -> Compiled:
    return compile_pipeline(configure(), IMAGE)
