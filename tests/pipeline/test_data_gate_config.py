from __future__ import annotations

from pathlib import Path

import pytest

from components.data_gate.settings import DRIFT_LIMITS, GATES, GateSettings
from components.errors import ConfigError
from pipeline.config import Config
from pipeline.data_gate_config import DataGateConfig
from pipeline.load_config import load_config

LITE = Path(__file__).parents[2] / "configs" / "lite.yaml"


def load(*overrides: str) -> Config:
    return load_config(LITE, ["data.root=memes", *overrides])


def test_every_gate_has_a_mode_and_every_feature_a_bound() -> None:
    fields = DataGateConfig.model_fields.keys()
    assert set(GATES) == fields - {"drift_limits", "rules"}
    settings = load().gate_settings()
    assert all(settings.mode(gate) == "block" for gate in GATES)
    assert settings.drift_limits == DRIFT_LIMITS


def test_settings_reach_the_component_as_they_are_set() -> None:
    settings = load(
        "data_gate.drift=warn", "data_gate.drift_limits.label=0.3", "data_gate.rules=[examples >= 500]"
    ).gate_settings()
    assert (settings.mode("drift"), settings.drift_limits["label"], settings.rules) == (
        "warn",
        0.3,
        ("examples >= 500",),
    )
    assert GateSettings.from_json(settings.to_json()) == settings


def test_rules_that_could_never_run_are_told_before_the_run_all_at_once() -> None:
    with pytest.raises(ConfigError) as error:
        load("data_gate.rules=[exmples > 1, 'os.system(1)', 'my_checks:few']", "data_gate.drift=perhaps")
    text = str(error.value)
    assert "exmples" in text
    assert "Call" in text
    assert "data_gate.drift" in text


def test_encodings_of_texts_are_those_that_python_knows() -> None:
    assert list(load("data.text_encodings=[utf-8, cp1252]").pair_limits()["text_encodings"]) == ["utf-8", "cp1252"]
    for unknown in ("rot13", "zlib", "no-such"):
        with pytest.raises(ConfigError, match=unknown):
            load(f"data.text_encodings=[{unknown}]")
