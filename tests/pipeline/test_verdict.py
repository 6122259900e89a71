"""What is told of a verdict."""

from __future__ import annotations

import math

from components.evaluator.figures import NAMES
from components.evaluator.rules import GateRules, apply_rules
from pipeline.gate_config import Gate
from pipeline.verdict import notes, shown

FIGURES = dict.fromkeys(NAMES, 0.0) | {
    **{"pairs": 240.0, "sampled_pairs": 240.0, "groups": 200.0, "gain": 0.05, "gain_lower": 0.02},
    **{"detectable_gain": 0.03, "auc_fused": 0.9, "image_reliance_lower": 0.1, "text_reliance_lower": 0.1},
}


def test_smallest_gain_that_the_split_can_show_comes_first() -> None:
    (told,) = notes(Gate(min_gain=0.01), {"overall": FIGURES})
    assert told == (
        "A test split of 240 pairs in 200 groups can show a gain of 0.040 or more at 95% confidence against "
        "gate.min_gain +0.010; found was +0.050."
    )


def test_sample_is_said() -> None:
    (told,) = notes(Gate(), {"overall": FIGURES | {"pairs": 900.0}})
    assert "240 pairs, whole groups sampled of 900 (gate.most_pairs), can show" in told


def test_half_that_is_not_read_is_said() -> None:
    told = notes(Gate(), {"overall": FIGURES | {"text_reliance_lower": -0.01, "text_reliance": 0.002}})
    assert told[1] == "The fused model is not shown to read the text: with it shuffled the AUC falls by 0.002."


def test_rules_are_shown_with_their_key_slice_and_note() -> None:
    rules = GateRules(min_gain=0.03, max_ece=0.1, slice_min_auc=0.6, columns=("language",))
    found = {"overall": FIGURES, "language=de": FIGURES | {"pairs": 12.0, "auc_fused": math.nan}}
    gain, ece, sliced = (shown(result) for result in apply_rules(rules, found, None))
    assert (gain.name, gain.value) == ("lower bound of the gain over the best part (gate.min_gain)", 0.02)
    assert (gain.threshold, gain.passed) == ("> +0.030", False)
    assert (ece.threshold, ece.passed) == ("≤ +0.100", True)
    assert sliced.name == (
        "AUC of the fused model on language=de (gate.slices.min_auc): "
        "too small: 12 of at least 50 pairs (gate.min_slice_size)"
    )
    assert (sliced.value, sliced.passed) == (None, None)
