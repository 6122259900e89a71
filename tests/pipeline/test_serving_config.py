from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import ConfigError
from components.serving_check.settings import ServingSettings
from pipeline.config import Config
from pipeline.load_config import load_config

LITE = Path(__file__).parents[2] / "configs" / "lite.yaml"


def load(*overrides: str) -> Config:
    return load_config(LITE, ["data.root=memes", *overrides])


def test_defaults_are_the_components_own() -> None:
    serving = load().serving
    assert serving.check and serving.settings() == ServingSettings()


def test_limits_reach_the_component_and_null_turns_one_off() -> None:
    settings = load("serving.max_p99_ms=50", "serving.max_memory_mib=null", "serving.tolerance=1e-3").serving.settings()
    assert (settings.max_p99_ms, settings.max_memory_mib, settings.tolerance) == (50, None, 1e-3)


@pytest.mark.parametrize("override", ["serving.tolerance=0", "serving.requests=1", "serving.max_p99=3"])
def test_unusable_setting_is_refused(override: str) -> None:
    with pytest.raises(ConfigError, match=override.split("=")[0].replace(".", r"\.")):
        load(override)
