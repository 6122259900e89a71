"""Receipt's executor with real artifacts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components import keys
from components.code_digest import code_digest
from components.receipt.lock_digest import lock_digest
from components.receipt.store import broken_seals, read_receipt
from tests.components.receipt.drawn import PAIRS, SETTINGS, draw_candidate


def test_receipt_of_a_blessed_candidate_names_rules_data_code_ids_and_what_would_have_turned_it(tmp_path: Path) -> None:
    folder = draw_candidate(tmp_path).receipt()
    receipt = read_receipt(folder)
    assert (receipt["verdict"], receipt["served"]) == ("blessed", "fused")
    assert {rule["key"] for rule in receipt["rules"]} >= {"gate.min_gain", "gate.min_auc"}
    assert receipt["data"]["input_fingerprint"] == "f1e1d"
    assert sum(receipt["data"]["counts"]["test"].values()) == PAIRS
    assert (receipt["code"]["code"], receipt["code"]["lock"]) == (code_digest(), lock_digest())
    assert receipt["mlmd"]["artifacts"]["model"]["id"] == 104
    assert receipt["mlmd"]["artifacts"]["model"]["execution"] == 4
    assert receipt["baseline"] == {
        "version": None,
        "said": "nothing was live yet, so the candidate was compared with its own parts alone",
    }
    assert "the closest of all" in receipt["smallest_change"][0]
    assert {path.name for path in folder.iterdir()} == {
        "receipt.json", "receipt.html", "scores.npz", "model_card.md", "model_card.html", "SHA256SUMS",
    }  # fmt: skip
    assert broken_seals(folder) == []


def test_receipt_of_a_refused_candidate_says_what_is_broken_and_how_many_pairs_it_would_take(tmp_path: Path) -> None:
    receipt = read_receipt(draw_candidate(tmp_path, gain=0.15, blessed=False).receipt())
    assert (receipt["verdict"], receipt["served"]) == ("refused", "")
    assert any("gate.min_gain" in reason for reason in receipt["reasons"])
    [sentence] = receipt["smallest_change"]
    assert sentence.startswith("gate.min_gain was missed by")
    assert f"test pairs instead of {PAIRS}" in sentence


def test_figures_are_given_by_slice_with_their_bounds(tmp_path: Path) -> None:
    figures = read_receipt(draw_candidate(tmp_path).receipt())["figures"]["candidate"]
    assert set(figures) == {"overall", "language=de", "language=en"}
    assert figures["language=de"]["auc_fused_lower"] < figures["language=de"]["auc_fused"]


def test_variant_that_stands_in_for_the_fused_model_is_named_with_the_rules_of_both(tmp_path: Path) -> None:
    receipt = read_receipt(draw_candidate(tmp_path, gain=-0.4, variant=keys.LATE).receipt())
    assert (receipt["verdict"], receipt["served"]) == ("blessed", "late")
    assert {rule["output"] for rule in receipt["rules"]} == {"fused", "late"}
    assert "late is served in its place" in receipt["reasons"][0]


def test_variant_that_was_refused_too_is_named_with_its_rules(tmp_path: Path) -> None:
    candidate = draw_candidate(tmp_path, gain=-0.4, blessed=False)
    candidate.inputs["evaluation"][0].set_string_custom_property("fallback", "late was refused: gate.min_auc")
    rules = SETTINGS["rules"] | {"min_auc": 0.99}
    receipt = read_receipt(candidate.receipt(SETTINGS | {"rules": rules}))
    assert receipt["gate"] == {"blessed": False, "served": "", "tried": "late"}
    assert {rule["output"] for rule in receipt["rules"]} == {"fused", "late"}
    assert receipt["reasons"][-1] == "In its place late was put to the rules, and was refused too."


def test_baseline_that_was_set_aside_is_said_plainly(tmp_path: Path) -> None:
    receipt = read_receipt(draw_candidate(tmp_path, live=30, set_aside="a lucky split").receipt())
    assert receipt["baseline"]["version"] is None
    assert "version 30, which was live, was set aside (a lucky split)" in receipt["baseline"]["said"]
    assert receipt["figures"]["baseline"] is None


def test_candidate_is_compared_with_the_live_model(tmp_path: Path) -> None:
    receipt = read_receipt(draw_candidate(tmp_path, live=30).receipt())
    assert receipt["baseline"]["version"] == 30
    [drop] = [rule for rule in receipt["rules"] if rule["key"] == "gate.max_drop"]
    assert drop["passed"]


def test_model_that_serving_refuses_is_refused_for_that(tmp_path: Path) -> None:
    candidate = draw_candidate(tmp_path)
    [blessing] = candidate.inputs["infra_blessing"]
    blessing.set_int_custom_property("blessed", 0)
    told = {"reason": "loading: no", "findings": [{"name": "loading", "passed": False, "said": "no"}]}
    (Path(blessing.uri) / "serving_check.json").write_text(json.dumps(told))
    receipt = read_receipt(candidate.receipt())
    assert receipt["verdict"] == "refused"
    assert receipt["gate"]["blessed"]
    assert "loading: no" in receipt["smallest_change"][0]


@pytest.mark.parametrize("baseline", [False, True])
def test_gate_without_a_rule_is_said_plainly(tmp_path: Path, baseline: bool) -> None:
    rules = SETTINGS["rules"] | dict.fromkeys(("min_gain", "min_auc", "max_drop"))
    candidate = draw_candidate(tmp_path, blessed=False, live=30 * baseline)
    receipt = read_receipt(candidate.receipt(SETTINGS | {"rules": rules}))
    assert receipt["reasons"] == ["No rule of the gate could be applied, so nothing is blessed."]
    assert "No rule applied" in receipt["smallest_change"][0]
