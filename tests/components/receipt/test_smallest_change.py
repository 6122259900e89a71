from __future__ import annotations

from typing import Any

import pytest

from components.receipt.smallest_change import smallest_change

FIGURES = {"overall": {"pairs": 300}}


def rule(passed: bool | None, margin: float | None, **more: Any) -> dict[str, Any]:
    default = {"key": "gate.min_auc", "slice": "overall", "threshold": 0.7, "direction": "at_least"}
    rule = (
        default
        | {"lower": None, "upper": None, "passed": passed, "margin": margin, "note": "", "reads": "value"}
        | more
    )
    sign = 1 if rule["direction"] == "at_least" else -1
    return {"value": None if margin is None else rule["threshold"] + sign * margin} | rule


def test_blessed_candidate_names_its_closest_rule_and_the_threshold_that_would_have_refused_it() -> None:
    near = rule(True, 0.01, key="gate.max_drop", slice="language=en", threshold=-0.02)
    [sentence] = smallest_change([rule(True, 0.1), near, rule(None, None)], FIGURES)
    assert "gate.max_drop on language=en was met by 0.0100" in sentence
    assert "a threshold above -0.0100 would have refused" in sentence


def test_refused_candidate_names_every_rule_that_would_have_had_to_change() -> None:
    sentences = smallest_change(
        [rule(False, -0.05), rule(False, -0.02, key="gate.max_ece", direction="at_most")], FIGURES
    )
    assert "gate.min_auc was missed by 0.0500: a threshold of at most 0.6500 would have been met" in sentences[0]
    assert "gate.max_ece was missed by 0.0200: a threshold of at least 0.7200 would have been met" in sentences[1]


@pytest.mark.parametrize(("value", "pairs"), [(0.02, 507), (0.04, 397)])
def test_bound_that_was_missed_tells_how_many_pairs_the_same_gain_would_have_taken(value: float, pairs: int) -> None:
    missed = rule(False, -0.006, key="gate.min_gain", threshold=0.0, value=value, lower=-0.006, reads="lower")
    [sentence] = smallest_change([missed], FIGURES)
    assert "at most -0.0060" in sentence
    assert f"with about {pairs:,} test pairs instead of 300" in sentence


def test_no_number_of_pairs_helps_where_the_gain_itself_is_too_small() -> None:
    missed = rule(False, -0.05, key="gate.min_gain", threshold=0.0, value=-0.01, lower=-0.05, reads="lower")
    [sentence] = smallest_change([missed], FIGURES)
    assert "pairs" not in sentence


def test_refusal_by_serving_and_by_nothing_at_all_are_said() -> None:
    assert "have had to pass: it is slow" in smallest_change([rule(True, 0.1)], FIGURES, "it is slow")[0]
    assert "No rule applied" in smallest_change([rule(None, None)], FIGURES)[0]


def test_figure_that_could_not_be_measured_is_said() -> None:
    absent = rule(False, None, note="it could not be measured")
    assert smallest_change([absent], FIGURES) == ["gate.min_auc was not met: it could not be measured."]
