from __future__ import annotations

import sys
from pathlib import Path

import pytest

from components.data_gate.data_summary import DataSummary
from components.data_gate.figures import FIGURES, make_figures
from components.data_gate.own_rules import check_rule, own_findings, rules_digest
from components.errors import InputError

VALUES = {"examples": 100.0, "label_share": 0.0}


@pytest.fixture
def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "my_checks_of_test.py"
    path.write_text(
        "def few(figures):\n    return [f'only {figures[\"examples\"]:.0f}'] if figures['examples'] < 200 else []\n"
    )
    monkeypatch.delitem(sys.modules, path.stem, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    return path


def test_function_of_the_users_own_gets_the_figures_and_says_what_is_wrong(own_module: Path) -> None:
    (finding,) = own_findings(["my_checks_of_test:few"], VALUES, FIGURES)
    assert finding.moved == "my_checks_of_test:few: only 100"
    assert own_findings(["my_checks_of_test:few"], {"examples": 300.0}, FIGURES) == []


def test_digest_changes_with_the_functions_source_and_not_with_conditions(own_module: Path) -> None:
    before = rules_digest(["my_checks_of_test:few", "examples > 1"])
    assert before == rules_digest(["my_checks_of_test:few"])
    own_module.write_text("def few(figures):\n    return []\n")
    assert rules_digest(["my_checks_of_test:few"]) != before


@pytest.mark.parametrize("rule", ["no_such_module_here:few", "no_such.module_here:few", "json:no_such_function"])
def test_function_that_is_not_there_is_named(rule: str) -> None:
    with pytest.raises(InputError, match="must name a function") as error:
        own_findings([rule], VALUES, FIGURES)
    assert rule in str(error.value)


def test_broken_condition_says_the_values_and_division_by_zero_is_a_finding() -> None:
    (finding,) = own_findings(["examples > 500"], VALUES, FIGURES)
    assert "Received: examples = 100" in finding.moved
    (finding,) = own_findings(["examples / label_share > 1"], VALUES, FIGURES)
    assert "divides by 0" in finding.moved


def test_condition_on_drift_is_passed_over_while_nothing_is_live() -> None:
    assert own_findings(["drift_label > 5"], VALUES, FIGURES) == []


def test_rule_is_checked_before_anything_runs() -> None:
    check_rule("my.module:function", FIGURES)
    with pytest.raises(InputError):
        check_rule("my.module.function()", FIGURES)


def test_every_figure_that_is_promised_is_made() -> None:
    summary = DataSummary.of([], 0)
    drift = {name.removeprefix("drift_"): 0.0 for name in FIGURES if name.startswith("drift_")}
    assert make_figures({}, {}, summary, drift).keys() == FIGURES.keys()
    made = make_figures({"train": {"0": 3, "1": 1}, "test": {"1": 4}}, {"text_empty": 2}, summary, {})
    assert (made["examples"], made["label_share"], made["label_share_train"]) == (8, 0.625, 0.25)
    assert made["quarantined_share"] == 0.2
