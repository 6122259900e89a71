from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from components import keys
from components.bootstrap import exact_auc
from components.trainer.judge_outputs import judge_outputs
from components.trainer.training_path import keep_training_path, read_training_path

AIM = {"aim": "f1"}


def test_at_most_64_pairs_that_have_a_text_are_kept_with_their_scores(tmp_path: Path) -> None:
    count = 300
    arrays = {
        keys.ID: np.array([[f"p{row:03d}".encode()] for row in range(count)]),
        keys.HAS_TEXT: (np.arange(count) % 3 > 0).astype("float32")[:, None],
    }
    scores = {name: np.random.default_rng(place).random(count) for place, name in enumerate(keys.OUTPUTS)}
    keep_training_path(str(tmp_path), arrays, scores)
    kept = read_training_path(str(tmp_path))
    assert len(kept) == 64 and "p001" in kept and "p299" in kept
    for pair_id, told in kept.items():
        row = int(pair_id[1:])
        assert row % 3 > 0
        assert told == {name: scores[name][row] for name in keys.OUTPUTS}


def test_model_without_a_training_path_has_none(tmp_path: Path) -> None:
    assert read_training_path(str(tmp_path)) == {}


def test_split_without_any_text_keeps_nothing(tmp_path: Path) -> None:
    arrays = {keys.ID: np.array([b"a"]), keys.HAS_TEXT: np.zeros((1, 1))}
    keep_training_path(str(tmp_path), arrays, {name: np.zeros(1) for name in keys.OUTPUTS})
    assert read_training_path(str(tmp_path)) == {}


def test_each_output_has_its_own_auc_and_threshold() -> None:
    labels = np.array([0, 0, 1, 1])
    sharp, blunt = np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.3, 0.6, 0.5, 0.9])
    judged = judge_outputs({"fused": sharp, "text_only": blunt}, labels, AIM)
    assert judged["fused"]["auc"] == 1.0 and judged["fused"]["threshold"] == pytest.approx(0.5)
    assert judged["text_only"]["auc"] == exact_auc(blunt, labels) == 0.75
    assert judged["text_only"]["threshold"] == pytest.approx(0.4)
    assert judged["text_only"]["reached"] is True
