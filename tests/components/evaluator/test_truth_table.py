"""The gate's truth table: the real TFX Evaluator on stored predictions, and that its verdict is that of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from components import keys
from components.errors import InputError
from components.evaluator import executor
from components.evaluator.read_figures import read_figures
from components.evaluator.rules import accepts, apply_rules, broken
from components.evaluator.scores import BASELINE, CANDIDATE, read_scores
from pipeline.eval_config import make_eval_config
from pipeline.gate_config import Gate, SliceGate
from tests.components.evaluator.stored import COLUMN, LANGUAGES, PAIRS, Stored, draw

Scores = Mapping[str, NDArray]

INTERACTION = draw({keys.FUSED: 2.2})
TEXT_ALONE = draw({keys.FUSED: 1.3, keys.TEXT_ONLY: 1.8, keys.IMAGE_ONLY: 0.0, keys.LATE: 1.7})
LIVE, BETTER_LIVE = draw({keys.FUSED: 1.9}, seed=1), draw({keys.FUSED: 4.0}, seed=2)
LIVE_TEXT = {**LIVE, keys.PROBABILITY: BETTER_LIVE[keys.FUSED]}
EARLIER_LIVE = {name: LIVE[name] for name in (*keys.OUTPUTS, *keys.PROBES, keys.LABEL)}


def one_language_guessed() -> Scores:
    """On one language the fused model guesses; it is still good on the whole."""
    guessed = np.arange(PAIRS) % len(LANGUAGES) == 1
    scores = {**INTERACTION, keys.FUSED: draw({keys.FUSED: 3.5})[keys.FUSED]}
    scores[keys.FUSED] = np.where(guessed, np.random.default_rng(3).random(PAIRS), scores[keys.FUSED])
    return {**scores, keys.PROBABILITY: scores[keys.FUSED]}


def image_ignored() -> Scores:
    """Shuffled pictures change nothing."""
    return {**INTERACTION, keys.FUSED_IMAGE_SHUFFLED: INTERACTION[keys.FUSED]}


BAD_SLICE = one_language_guessed()
OVERCONFIDENT = {
    name: scores if name == keys.LABEL else np.where(scores > 0.5, 0.999, 0.001) * 0.98 + 0.02 * scores
    for name, scores in INTERACTION.items()
}
PLAIN = Gate(draws=200)
SLICED = Gate(draws=200, slices=SliceGate(min_auc=0.65, max_drop=0.1, min_gain=-0.2, max_ece=0.5))
FALLBACK = Gate(draws=200, on_no_gain="fallback")
UNEVEN = [("rare" if number < 20 else "positive" if number % 2 and number < 200 else "en") for number in range(PAIRS)]

# Candidate, what is live, gate, slices of the pairs, blessed variant, broken rules.
CASES: dict[str, tuple[Scores, Scores | None, Gate, Sequence[str] | None, str, list[str]]] = {
    "interaction is blessed": (INTERACTION, LIVE, SLICED, None, keys.FUSED, []),
    "nothing live is compared with nothing": (INTERACTION, None, PLAIN, None, keys.FUSED, []),
    "text alone is refused for its gain": (TEXT_ALONE, None, PLAIN, None, "", ["gate.min_gain overall"]),
    "text alone falls back to the text": (TEXT_ALONE, None, FALLBACK, None, keys.TEXT_ONLY, ["gate.min_gain overall"]),
    "worse than the live one is refused": (INTERACTION, BETTER_LIVE, PLAIN, None, "", ["gate.max_drop overall"]),
    "what the live one serves is what counts": (INTERACTION, LIVE_TEXT, PLAIN, None, "", ["gate.max_drop overall"]),
    "worse than the live one does not fall back": (
        *(TEXT_ALONE, BETTER_LIVE, FALLBACK, None, ""),
        ["gate.min_gain overall", "gate.max_drop overall"],
    ),
    "an earlier export can be the live one": (INTERACTION, EARLIER_LIVE, PLAIN, None, keys.FUSED, []),
    "a bad slice is refused and named": (
        *(BAD_SLICE, LIVE, SLICED, None, ""),
        [f"gate.slices.{rule} language=de" for rule in ("min_gain", "min_auc", "max_drop")],
    ),
    "slices that are small or of one label are not judged": (INTERACTION, LIVE, SLICED, UNEVEN, keys.FUSED, []),
    "a column without values is refused": (
        *(INTERACTION, LIVE, SLICED, [""] * PAIRS, ""),
        [f"gate.slices.{rule} language" for rule in ("min_gain", "min_auc", "max_drop", "max_ece")],
    ),
    "badly calibrated is refused": (
        *(OVERCONFIDENT, LIVE, Gate(draws=200, max_ece=0.07), None, ""),
        ["gate.max_ece overall"],
    ),
    "an ignored half is refused where asked": (
        *(image_ignored(), LIVE, Gate(draws=200, min_reliance=0.01), None, ""),
        ["gate.min_reliance overall"],
    ),
}
SELDOM = ("nothing live", "what the live one", "worse than the live one does", "an earlier", "a column without")


@pytest.mark.parametrize(
    ("candidate", "live", "gate", "languages", "variant", "wanted"),
    [
        pytest.param(*case, id=name, marks=[pytest.mark.slow] if name.startswith(SELDOM) else [])
        for name, case in CASES.items()
    ],
)
def test_evaluator_and_rules_decide_alike(
    tmp_path: Path,
    candidate: Scores,
    live: Scores | None,
    gate: Gate,
    languages: Sequence[str] | None,
    variant: str,
    wanted: list[str],
) -> None:
    evaluation, blessing = Stored(tmp_path, candidate, live, languages=languages).evaluate(gate)
    figures, baseline = read_figures(evaluation.uri)
    results = apply_rules(gate.rules([COLUMN]), figures, baseline)
    assert (baseline is not None) == (live is not None)
    assert [f"{each.key} {each.slice}" for each in broken(results)] == wanted
    by_fallback = variant not in ("", keys.FUSED)
    assert accepts(results) == (bool(variant) and not by_fallback)
    assert blessing.get_int_custom_property("blessed") == bool(variant)
    assert blessing.get_string_custom_property(keys.VARIANT_PROPERTY) == variant
    assert tf.io.gfile.listdir(blessing.uri) == ["BLESSED" if variant else "NOT_BLESSED"]
    keys_broken = ",".join(sorted({each.key for each in broken(results)}))
    assert evaluation.get_string_custom_property(executor.BROKEN_PROPERTY) == keys_broken
    assert not evaluation.get_int_custom_property(executor.NO_THRESHOLD_PROPERTY)


ON_NEWEST = Gate(draws=200, newest_max_drop=0.1)
SPANS = [str(1 + number % 3) for number in range(PAIRS)]
TINY_NEWEST = ["3" if number < 20 else "2" for number in range(PAIRS)]


@pytest.mark.parametrize(
    ("spans", "newest", "live", "wanted"),
    [
        pytest.param(SPANS, "2", LIVE, ["gate.newest_max_drop span=2"], id="worse on the newest span"),
        pytest.param(SPANS, "3", LIVE, [], id="worse on another span alone"),
        pytest.param(TINY_NEWEST, "3", LIVE, [], id="the newest span is too small", marks=pytest.mark.slow),
        pytest.param(SPANS, "2", None, [], id="nothing is live", marks=pytest.mark.slow),
        pytest.param(SPANS, "4", LIVE, ["gate.newest_max_drop span=4"], id="no test pair", marks=pytest.mark.slow),
    ],
)
def test_newest_span_has_a_limit_of_its_own(
    tmp_path: Path, spans: Sequence[str], newest: str, live: Scores | None, wanted: list[str]
) -> None:
    # Where there are three spans, the second is that on which the candidate guesses.
    stored = Stored(tmp_path, BAD_SLICE, live, languages=spans, column=keys.SPAN)
    evaluation, blessing = stored.evaluate(ON_NEWEST, newest=newest)
    results = apply_rules(ON_NEWEST.rules([keys.SPAN], newest), *read_figures(evaluation.uri))
    assert [f"{each.key} {each.slice}" for each in broken(results)] == wanted
    assert accepts(results) == bool(blessing.get_int_custom_property("blessed")) == (not wanted)


def test_limit_on_the_newest_span_needs_its_number_and_its_slice() -> None:
    for slices, newest in (([COLUMN], "2"), ([keys.SPAN], "latest"), ([keys.SPAN], "")):
        with pytest.raises(InputError, match="gate.newest_max_drop needs `span` in data.slices"):
            make_eval_config(ON_NEWEST, 0, slices, newest)
    assert make_eval_config(PLAIN, 0, [COLUMN], "latest") == make_eval_config(PLAIN, 0, [COLUMN])


def test_gate_that_can_ask_nothing_blesses_nothing_and_says_so(tmp_path: Path) -> None:
    gate = Gate(min_gain=None, min_auc=None, max_drop=0.1, max_missing_loss=None, draws=100)
    evaluation, blessing = Stored(tmp_path, INTERACTION).evaluate(gate)
    assert evaluation.get_int_custom_property(executor.NO_THRESHOLD_PROPERTY) == 1
    assert blessing.get_int_custom_property("blessed") == 0
    assert not accepts(apply_rules(gate.rules([COLUMN]), *read_figures(evaluation.uri)))


@pytest.mark.slow
def test_rules_that_no_slice_can_be_asked_bless_nothing(tmp_path: Path) -> None:
    on_slices = SliceGate(min_auc=0.6)
    gate = Gate(min_gain=None, min_auc=None, max_drop=None, max_missing_loss=None, draws=100, slices=on_slices)
    stored = Stored(tmp_path, INTERACTION, languages=[f"language {number // 4}" for number in range(PAIRS)])
    evaluation, blessing = stored.evaluate(gate)
    assert evaluation.get_int_custom_property(executor.NO_THRESHOLD_PROPERTY) == 1
    assert blessing.get_int_custom_property("blessed") == 0
    assert blessing.get_string_custom_property(keys.VARIANT_PROPERTY) == ""
    assert tf.io.gfile.listdir(blessing.uri) == ["NOT_BLESSED"]


def test_baseline_that_is_set_aside_is_not_compared_with(tmp_path: Path) -> None:
    stored = Stored(tmp_path, INTERACTION, BETTER_LIVE)
    evaluation, blessing = stored.evaluate(PLAIN, set_aside="it was lucky")
    assert blessing.get_int_custom_property("blessed") == 1
    assert evaluation.get_string_custom_property("baseline_set_aside") == "it was lucky"
    assert evaluation.get_int_custom_property(executor.BASELINE_PROPERTY) == 17
    _, baseline = read_figures(evaluation.uri)
    assert baseline is None


@pytest.mark.slow
def test_variant_that_breaks_another_rule_does_not_take_the_place(tmp_path: Path) -> None:
    gate = Gate(draws=200, on_no_gain="fallback", min_auc=0.8)
    stored = Stored(tmp_path, TEXT_ALONE, aucs={keys.IMAGE_ONLY: 0.9, keys.TEXT_ONLY: 0.8, keys.LATE: 0.7})
    evaluation, blessing = stored.evaluate(gate)
    assert blessing.get_int_custom_property("blessed") == 0
    told = evaluation.get_string_custom_property(executor.FALLBACK_PROPERTY)
    assert told == "image_only was refused: gate.min_auc"


@pytest.mark.slow
def test_scores_are_kept_with_slices_and_probes_of_both_models(tmp_path: Path) -> None:
    evaluation, _ = Stored(tmp_path, INTERACTION, EARLIER_LIVE).evaluate(PLAIN)
    rows = {row[keys.ID]: row for row in read_scores(evaluation.uri)}
    assert len(rows) == PAIRS
    assert rows["m1"]["slices"] == {COLUMN: LANGUAGES[1]}
    assert rows["m1"][CANDIDATE] == {name: float(INTERACTION[name][1]) for name in INTERACTION if name != keys.LABEL}
    assert set(rows["m1"][BASELINE]) == {*keys.OUTPUTS, *keys.PROBES}


def test_rules_on_slices_need_columns() -> None:
    with pytest.raises(InputError, match=r"need columns to slice by\. Received: .*data\.slices"):
        make_eval_config(SLICED, 0)
