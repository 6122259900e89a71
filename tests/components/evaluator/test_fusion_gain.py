from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from tensorflow_model_analysis.metrics import metric_types
from tensorflow_model_analysis.proto import config_pb2

from components import keys
from components.evaluator import fusion_gain
from components.evaluator.gain import fusion_gain as compute_gain

SCORED = (*keys.OUTPUTS, *keys.PROBES)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 2, 60)
    columns: dict[str, Any] = {output: labels + rng.normal(0, 1, 60) for output in SCORED}
    return pd.DataFrame(
        columns | {keys.LABEL: labels, keys.GROUP: [f"g{number}".encode() for number in rng.integers(0, 25, 60)]}
    )


def elements(frame: pd.DataFrame) -> list[metric_types.StandardMetricInputs]:
    return [
        metric_types.StandardMetricInputs(
            label={output: np.array([row[keys.LABEL]]) for output in SCORED},
            prediction={output: np.array([row[output]]) for output in SCORED},
            features={keys.GROUP: np.array([row[keys.GROUP]])},
        )
        for row in frame.to_dict("records")
    ]


def combine(rows: list[metric_types.StandardMetricInputs], bundle: int) -> dict[str, float]:
    (computation,) = fusion_gain.FusionGain(draws=50, seed=1).computations(eval_config=config_pb2.EvalConfig())
    combiner = computation.combiner
    accumulators = []
    for start in range(0, len(rows), bundle):
        accumulator = combiner.create_accumulator()
        for row in rows[start : start + bundle]:
            accumulator = combiner.add_input(accumulator, row)
        accumulators.append(accumulator)
    figures = combiner.extract_output(combiner.merge_accumulators(reversed(accumulators)))
    assert set(figures) == set(computation.keys)
    return {key.name: value for key, value in figures.items()}


def test_figures_do_not_depend_on_bundles_or_the_order_of_merging(frame: pd.DataFrame) -> None:
    rows = elements(frame)
    assert combine(rows, 60) == combine(rows[::-1], 7)


def test_figures_are_those_of_the_pure_function(frame: pd.DataFrame) -> None:
    figures = combine(elements(frame), 10)
    wanted = compute_gain(
        {output: frame[output].to_numpy() for output in keys.OUTPUTS},
        frame[keys.LABEL].to_numpy(),
        frame[keys.GROUP].to_numpy().astype(bytes),
    )
    assert figures["fusion_gain/gain"] == pytest.approx(wanted.gain.value)
    assert figures["fusion_gain/pairs"] == 60
    assert figures["fusion_gain/groups"] == wanted.groups
    for output in keys.OUTPUTS:
        assert figures[f"fusion_gain/auc_{output}"] == pytest.approx(roc_auc_score(frame[keys.LABEL], frame[output]))


def test_what_a_missing_half_costs_is_measured_against_the_other_halfs_own_model(frame: pd.DataFrame) -> None:
    figures = combine(elements(frame), 10)
    for loss, part, probe in (
        ("missing_image_loss", keys.TEXT_ONLY, keys.FUSED_WITHOUT_IMAGE),
        ("missing_text_loss", keys.IMAGE_ONLY, keys.FUSED_WITHOUT_TEXT),
    ):
        wanted = roc_auc_score(frame[keys.LABEL], frame[part]) - roc_auc_score(frame[keys.LABEL], frame[probe])
        assert figures[f"fusion_gain/{loss}"] == pytest.approx(wanted)


def test_slice_of_one_class_has_no_figures(frame: pd.DataFrame) -> None:
    figures = combine(elements(frame[frame[keys.LABEL] == 1]), 10)
    assert all(math.isnan(value) for value in figures.values())


def test_two_models_have_figures_of_their_own(frame: pd.DataFrame) -> None:
    made = fusion_gain.FusionGain(draws=5).computations(
        eval_config=config_pb2.EvalConfig(), model_names=["candidate", "baseline"]
    )
    assert [{key.model_name for key in computation.keys} for computation in made] == [{"candidate"}, {"baseline"}]
    row = elements(frame)[0]
    apart = metric_types.StandardMetricInputs(
        label={"candidate": row.label, "baseline": row.label},
        prediction={
            "candidate": row.prediction,
            "baseline": {output: np.array([0.25]) for output in SCORED},
        },
        features=row.features,
    )
    accumulator = made[1].combiner.add_input(made[1].combiner.create_accumulator(), apart)
    assert accumulator[0][2] == (0.25,) * len(SCORED)
