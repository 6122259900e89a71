from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import ConfigError
from pipeline.kubeflow_client.parameters import check_parameters
from pipeline.kubeflow_client.pipeline_file import PipelineFile


def test_values_get_the_types_that_the_pipeline_declares(compiled: Path) -> None:
    given = [
        "data_root=/data",
        "span=7",
        "epochs=20",
        "min_gain=0.01",
        "warm_start=true",
        'slices=["a"]',
        'card={"a":1}',
    ]
    assert check_parameters(PipelineFile.read(compiled), given) == {
        "data_root": "/data",
        "span": "7",
        "epochs": 20,
        "min_gain": 0.01,
        "warm_start": True,
        "slices": ["a"],
        "card": {"a": 1},
    }


def test_value_may_hold_an_equals_sign_and_be_empty(compiled: Path) -> None:
    values = check_parameters(PipelineFile.read(compiled), ["data_root=a=b", "span="])
    assert values == {"data_root": "a=b", "span": ""}


def test_every_fault_is_told_at_once(compiled: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check_parameters(PipelineFile.read(compiled), ["spam=7", "epochs=2.5", "epochs=3", "min_gain"])
    assert caught.value.exit_code == 2
    assert caught.value.faults == [
        "spam: the pipeline has no such parameter. Received: '7'. Did you mean 'span'?",
        "epochs: must be a whole number. Received: '2.5'",
        "epochs: must be given once. Received: '3' after None",
        "--param takes name=value. Received: 'min_gain'",
        "data_root: must be given, it has no default. Received: nothing. Add --param data_root=…",
    ]


@pytest.mark.parametrize(
    "given", ["min_gain=nan", "min_gain=inf", "warm_start=yes", "slices={}", "card=[1]", "card={", "epochs=many"]
)
def test_value_of_a_wrong_type_is_refused(given: str, compiled: Path) -> None:
    with pytest.raises(ConfigError, match="must be .* Received: "):
        check_parameters(PipelineFile.read(compiled), ["data_root=/data", given])
