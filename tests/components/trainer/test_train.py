from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from components import keys
from components.bootstrap import exact_auc
from components.trainer.features import apply
from components.trainer.stack import sigmoid
from components.trainer.train import Trained, train
from tests.components.trainer.drawn import SPEC, draw, make_setting, merge


def fitted(spec: dict[str, Any], seed: int = 0, **signal: float) -> tuple[Trained, dict[str, float], dict[str, Any]]:
    features, setting = make_setting(spec, draw(500, seed, **signal), draw(200, seed + 1, **signal))
    trained = train(features, setting)
    test = draw(400, seed + 2, **signal)
    logits = apply(trained.model, test)
    return trained, {name: exact_auc(logits[name][:, 0], test[keys.LABEL].ravel()) for name in keys.OUTPUTS}, logits


@pytest.mark.parametrize("kinds", [["lexical", "sentence"], ["lstm"], ["pooled", "sentence"], ["lexical"]])
def test_every_text_part_learns_what_the_text_says(kinds: list[str]) -> None:
    _, aucs, _ = fitted(merge(SPEC, text_branch={"kinds": kinds}))
    assert aucs[keys.TEXT_ONLY] > 0.7
    assert aucs[keys.LATE] > aucs[keys.IMAGE_ONLY]


@pytest.mark.parametrize(("head", "kind"), [("bilinear", "linear"), ("gated", "linear"), ("concat", "dense")])
def test_every_joint_head_beats_the_image_alone_on_additive_signal(head: str, kind: str) -> None:
    trained, aucs, _ = fitted(merge(SPEC, train={"head": head, "epochs": 10}, image_branch={"kind": kind}))
    assert trained.details["head"] == head
    assert aucs[keys.FUSED] > aucs[keys.IMAGE_ONLY] + 0.02


@pytest.mark.parametrize("seed", [0, 10, 20])
def test_pure_interaction_is_found_where_neither_half_knows_anything(seed: int) -> None:
    trained, aucs, _ = fitted(merge(SPEC, image_branch={"root": False}), seed, alone=0.0, together=1.0)
    assert max(aucs[keys.IMAGE_ONLY], aucs[keys.TEXT_ONLY]) < 0.6
    assert trained.details["head"] == keys.RESIDUAL
    assert aucs[keys.FUSED] > 0.8


@pytest.mark.parametrize("seed", [0, 10, 20])
def test_auto_takes_the_simpler_head_where_interaction_adds_nothing(seed: int) -> None:
    trained, aucs, _ = fitted(SPEC, seed)
    assert trained.details["head"] == keys.LATE
    assert aucs[keys.FUSED] == aucs[keys.LATE] > max(aucs[part] for part in keys.PARTS)


def test_auto_keeps_the_table_of_all_candidates_with_their_intervals() -> None:
    candidates = ["concat", "late", "residual"]
    trained, _, _ = fitted(merge(SPEC, train={"candidates": candidates, "epochs": 3}))
    table = trained.details["candidates"]
    assert [row["head"] for row in table] == ["late", "residual", "concat"]
    assert all(row["lower"] < row["auc"] < row["upper"] and row["behind"] >= 0 for row in table)
    chosen = next(row for row in table if row["head"] == trained.details["head"])
    assert chosen["behind"] <= chosen["error"] or chosen["behind"] == 0


def test_the_details_are_plain_values_that_json_holds() -> None:
    trained, _, _ = fitted(merge(SPEC, train={"epochs": 2}, text_branch={"kinds": ["lstm", "lexical"]}))
    assert json.loads(json.dumps(trained.details)) == trained.details


def test_the_assembled_model_answers_what_was_fitted() -> None:
    """The residual head is fitted in float64 on arrays and served by a float32 graph."""
    spec = merge(SPEC, train={"head": "residual"})
    features, setting = make_setting(spec, draw(500, 0, alone=0.5, together=1.0), draw(200, 1, alone=0.5, together=1.0))
    trained = train(features, setting)
    logits = apply(trained.model, setting.evaluation)
    calibrated = trained.calibrations[keys.FUSED](logits[keys.FUSED][:, 0])
    again = apply(trained.model, {name: array[:50] for name, array in setting.evaluation.items()})
    np.testing.assert_allclose(again[keys.FUSED], logits[keys.FUSED][:50], atol=1e-4)
    assert trained.details["heads"]["residual"]["ridge"] is not None
    assert abs(sigmoid(calibrated).mean() - setting.evaluation[keys.LABEL].mean()) < 0.01


def test_the_same_seed_gives_the_same_weights() -> None:
    spec = merge(SPEC, train={"head": "concat", "epochs": 2}, text_branch={"kinds": ["pooled", "lexical"]})
    first, second = (fitted(spec)[0].model.get_weights() for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_class_weights_shift_no_probability_after_calibration() -> None:
    features, setting = make_setting(SPEC, draw(600, 0), draw(300, 1))
    rare = np.flatnonzero((setting.train[keys.LABEL].ravel() == 0) | (np.arange(600) % 6 == 0))
    kept = {name: array[rare] for name, array in draw(600, 0).items()}
    features, setting = make_setting(SPEC, kept, draw(300, 1))
    import dataclasses

    labels = kept[keys.LABEL].ravel()
    heavy = dataclasses.replace(setting, weights=np.where(labels == 1, 5.0, 1.0))
    for each in (setting, heavy):
        trained = train(features, each)
        logits = apply(trained.model, each.evaluation)[keys.FUSED][:, 0]
        mean = sigmoid(trained.calibrations[keys.FUSED](logits)).mean()
        assert mean == pytest.approx(each.evaluation[keys.LABEL].mean(), abs=0.01)
