"""The rules, read on figures, and that TFMA's own validation of the thresholds decides the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow_model_analysis import utils as tfma_utils
from tensorflow_model_analysis.evaluators import metrics_validator
from tensorflow_model_analysis.metrics import metric_types

from components import keys
from components.evaluator import fusion_gain
from components.evaluator.figures import NAMES, Measuring
from components.evaluator.rules import (
    GateRules,
    accepts,
    apply_rules,
    broken,
    ignored_halves,
    lacks_only_gain,
)
from components.evaluator.scores import BASELINE, CANDIDATE
from pipeline.eval_config import make_eval_config
from pipeline.gate_config import Gate, SliceGate

GOOD = dict.fromkeys(NAMES, 0.0) | {
    **dict.fromkeys(("auc_fused", "auc_served", "auc_text_only", "auc_late"), 0.9),
    **{"gain": 0.05, "gain_lower": 0.02, "gain_upper": 0.08, "pairs": 200.0, "sampled_pairs": 200.0},
    **{"image_reliance": 0.2, "text_reliance": 0.2},
}
VALUES = st.sampled_from([-0.1, 0.0, 0.1, 0.5, 0.9, math.nan])
LIMIT = st.sampled_from([None, 0.0, 0.1, 0.5])


@st.composite
def figures(draw: st.DrawFn, one_label: bool, pairs: int) -> dict[str, float]:
    """Figures as they can come together: the AUCs are NaN in all outputs or in none."""
    auc = math.nan if one_label else draw(VALUES.filter(math.isfinite))
    found = GOOD | {"pairs": float(pairs), "sampled_pairs": float(pairs), "auc_fused": auc, "auc_served": auc}
    return found | {
        "gain_lower": math.nan if one_label else draw(VALUES.filter(math.isfinite)),
        "ece_fused": draw(VALUES.filter(math.isfinite)),
        "missing_image_loss": draw(VALUES),
        "text_reliance": draw(VALUES),
    }


@st.composite
def tables(
    draw: st.DrawFn, column: str = "language"
) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]] | None]:
    """Figures of a candidate and, perhaps, of a baseline, of the same pairs."""
    candidate, baseline = {}, {}
    for name in ("overall", *draw(st.sampled_from([(), (f"{column}=7",), (f"{column}=7", f"{column}=de")]))):
        one_label, pairs = draw(st.booleans()), draw(st.sampled_from([10, 50, 80]))
        candidate[name] = draw(figures(one_label=one_label, pairs=pairs))
        baseline[name] = draw(figures(one_label=one_label, pairs=pairs))
    return candidate, draw(st.sampled_from([None, baseline]))


def tfma_says(gate: Gate, candidate: dict, baseline: dict | None, column: str = "language", newest: str = "") -> bool:
    """Decide as TFX's Evaluator does with TFMA: no threshold, no blessing."""
    config = tfma_utils.update_eval_config_with_defaults(
        make_eval_config(gate, 0, [column], newest), has_baseline=baseline is not None, rubber_stamp=True
    )
    if not any(spec.per_slice_thresholds for spec in config.metrics_specs):
        return False
    combiner = fusion_gain._Combiner(fusion_gain.NAME, "", Measuring(), gate.min_slice_size)
    names = [CANDIDATE, BASELINE] if baseline is not None else [""]
    verdicts = []
    for name, found in candidate.items():
        tables_ = [found] if baseline is None else [found, baseline[name]]
        metrics = {}
        for model, table in zip(names, tables_, strict=True):
            judged = {f"judged_{each}": combiner._judged(each, table) for each in fusion_gain._JUDGED}
            for figure, value in {**table, **judged}.items():
                metrics[metric_types.MetricKey(fusion_gain.figure(figure), model, example_weighted=None)] = value
        if baseline is not None:
            for key in [key for key in metrics if key.model_name == CANDIDATE]:
                other = metric_types.MetricKey(key.name, BASELINE, example_weighted=None)
                metrics[key.make_diff_key()] = metrics[key] - metrics[other]
        slice_key = () if name == "overall" else (tuple(name.split("=")),)
        verdicts.append(metrics_validator.validate_metrics((slice_key, metrics), config))
    total = verdicts[0]
    for verdict in verdicts[1:]:
        metrics_validator.merge_details(total, verdict)
    missing = metrics_validator.get_missing_slices(total.validation_details.slicing_details, config)
    return all(verdict.validation_ok for verdict in verdicts) and not missing


@settings(max_examples=150, deadline=None)
@given(
    tables(),
    st.builds(
        Gate,
        min_gain=LIMIT,
        min_auc=LIMIT,
        max_drop=LIMIT,
        max_ece=LIMIT,
        max_missing_loss=LIMIT,
        min_reliance=LIMIT,
        slices=st.builds(SliceGate, min_gain=LIMIT, min_auc=LIMIT, max_drop=LIMIT, max_ece=LIMIT),
    ),
)
def test_rules_and_tfma_decide_alike(found: tuple[dict, dict | None], gate: Gate) -> None:
    candidate, baseline = found
    results = apply_rules(gate.rules(["language"]), candidate, baseline)
    wanted = tfma_says(gate, candidate, baseline)
    # Where every threshold stands on slices that cannot be judged, TFMA has nothing against the candidate: the rules
    # say that none applied, and neither decides by itself.
    unasked = results and all(result.passed is None for result in results)
    assert accepts(results) == wanted or unasked


@settings(max_examples=100, deadline=None)
@given(tables(keys.SPAN), st.builds(Gate, min_gain=LIMIT, max_drop=LIMIT, newest_max_drop=LIMIT))
def test_rules_and_tfma_decide_alike_on_the_newest_span(found: tuple[dict, dict | None], gate: Gate) -> None:
    candidate, baseline = found
    results = apply_rules(gate.rules([keys.SPAN], "7"), candidate, baseline)
    wanted = tfma_says(gate, candidate, baseline, keys.SPAN, "7")
    unasked = results and all(result.passed is None for result in results)
    assert accepts(results) == wanted or unasked


def test_gain_is_held_against_its_lower_bound_and_shown_with_its_value() -> None:
    (result,) = apply_rules(GateRules(min_gain=0.03), {"overall": GOOD}, None)
    assert (result.value, result.lower, result.found, result.passed) == (0.05, 0.02, 0.02, False)
    assert result.margin == pytest.approx(-0.01)


def test_model_that_only_repeats_its_best_part_is_not_better_than_it() -> None:
    repeated = {"overall": GOOD | {"gain": 0.0, "gain_lower": 0.0, "gain_upper": 0.0}}
    assert not accepts(apply_rules(GateRules(min_gain=0.0), repeated, None))
    assert not tfma_says(Gate(min_gain=0.0, min_auc=None, max_drop=None, max_missing_loss=None), repeated, None)
    hardly = {"overall": GOOD | {"gain_lower": 5e-324}}
    assert accepts(apply_rules(GateRules(min_gain=0.0), hardly, None))
    assert tfma_says(Gate(min_gain=0.0, min_auc=None, max_drop=None, max_missing_loss=None), hardly, None)


def test_margin_is_positive_on_the_right_side_whatever_the_direction() -> None:
    results = apply_rules(GateRules(min_auc=0.6, max_ece=0.1), {"overall": GOOD}, None)
    assert [result.margin for result in results] == pytest.approx([0.3, 0.1])


def test_comparison_with_nothing_does_not_apply_and_says_so() -> None:
    (result,) = apply_rules(GateRules(max_drop=0.1), {"overall": GOOD}, None)
    assert (result.passed, result.note) == (None, "there is nothing to compare with")
    assert not accepts([result])


def test_figure_that_could_not_be_measured_breaks_its_rule() -> None:
    (result,) = apply_rules(GateRules(min_auc=0.6), {"overall": GOOD | {"auc_fused": math.nan}}, None)
    assert (result.value, result.margin, result.passed) == (None, None, False)


def test_slices_that_cannot_be_judged_are_listed() -> None:
    rules = GateRules(slice_min_auc=0.6, columns=("language",))
    slices = {
        "language=few": GOOD | {"pairs": 12.0, "auc_fused": 0.1},
        "language=one": GOOD | {"auc_fused": math.nan},
        "language=bad": GOOD | {"auc_fused": 0.1},
    }
    results = apply_rules(rules, {"overall": GOOD, **slices}, None)
    assert {result.slice: (result.passed, result.note) for result in results} == {
        "language=bad": (False, ""),
        "language=few": (None, "too small: 12 of at least 50 pairs (gate.min_slice_size)"),
        "language=one": (None, "all 200 pairs have the same label"),
    }


def test_variant_is_put_to_what_is_asked_of_any_model() -> None:
    rules = GateRules(0.5, 0.6, 0.02, 0.1, 0.0, 0.3, slice_min_gain=0.5, slice_min_auc=0.6, columns=("language",))
    found = {"overall": GOOD, "language=en": GOOD}
    results = apply_rules(rules, found, found, keys.TEXT_ONLY)
    wanted = ["gate.min_auc", "gate.max_drop", "gate.max_ece", "gate.slices.min_auc"]
    assert [result.key for result in results] == wanted
    assert accepts(results)


def test_variant_is_compared_with_what_the_live_model_serves() -> None:
    live = {"overall": GOOD | {"auc_served": 0.95}}
    (result,) = apply_rules(GateRules(max_drop=0.02), {"overall": GOOD}, live, keys.LATE)
    assert (result.value, result.passed) == (pytest.approx(-0.05), False)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [({"gain_lower": -1.0}, True), ({"gain_lower": -1.0, "auc_fused": 0.1}, False), ({}, False)],
    ids=["only the gain", "the gain and more", "nothing"],
)
def test_only_a_missing_gain_can_fall_back(changed: dict[str, float], wanted: bool) -> None:
    results = apply_rules(GateRules(min_gain=0.0, min_auc=0.6), {"overall": GOOD | changed}, None)
    assert lacks_only_gain(results) == wanted
    assert bool(broken(results)) == bool(changed)


def test_half_whose_shuffling_costs_nothing_for_sure_is_ignored() -> None:
    bounds = {"image_reliance_lower": -0.01, "text_reliance_lower": 0.02}
    assert ignored_halves(bounds) == ["image"]
    assert ignored_halves({"image_reliance_lower": math.nan}) == []


def test_rules_survive_json() -> None:
    rules = Gate(on_no_gain="fallback", slices=SliceGate(min_auc=0.6)).rules(["language"])
    assert GateRules.from_json(rules.to_json()).to_json() == rules.to_json()
    assert rules.fallback
    assert rules.on_slices.min_auc == 0.6
