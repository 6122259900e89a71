"""What a report says, what is left as it was, and which arrays are refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import keras
import numpy as np
import pytest

from components.errors import InputError
from components.preflight.codes import CODES, ERROR, WARNING
from components.preflight.preflight import preflight
from tests.components.preflight.arrays import labels, vector
from tests.components.preflight.models import dense
from tests.components.preflight.wrong_cases import WRONG

ROOT = Path(__file__).parents[3]


def test_every_code_is_met_by_a_wrong_model() -> None:
    assert set().union(*(codes for _, codes in WRONG.values())) == set(CODES)


def test_documented_codes_are_those_of_the_registry() -> None:
    page = (ROOT / "docs" / "preflight.md").read_text()
    rows = re.findall(r"^\| (FG\d+) \| (\w+) \| (.+) \|$", page, flags=re.MULTILINE)
    assert rows == [(code.code, code.severity, code.title) for code in CODES.values()]
    assert {code.severity for code in CODES.values()} == {ERROR, WARNING}


def test_report_holds_evidence_reason_and_mend_as_text_and_as_json() -> None:
    report = preflight(dense(1, "softmax"), (vector(), labels()))
    text, parsed = report.to_text(), json.loads(report.to_json())
    assert [finding["code"] for finding in parsed["findings"]] == ["FG001", "FG003"]
    for finding in parsed["findings"]:
        assert finding["evidence"] and all(isinstance(value, float) for value in finding["evidence"].values())
        assert all(part in text for part in (finding["sentence"], finding["why"], finding["mend"]))


def test_number_that_is_not_finite_is_null_in_json() -> None:
    x = vector()
    x[0] = np.inf
    case, _ = WRONG["activations_that_explode"]
    assert "Infinity" not in preflight(case().model, (x, labels())).to_json()


@pytest.mark.parametrize(
    "name", ["frozen_backbone_whose_batch_norm_trains", "output_of_dead_relu", "branch_of_dead_relu"]
)
def test_model_is_left_as_it_was(name: str) -> None:
    case = WRONG[name][0]()
    before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in case.model.variables]
    case.check()
    after = [keras.ops.convert_to_numpy(variable) for variable in case.model.variables]
    assert all(np.array_equal(first, second) for first, second in zip(before, after, strict=True))


def test_ignored_code_is_left_out() -> None:
    assert preflight(dense(1, "softmax"), (vector(), labels()), ignore={"FG001"}).codes == {"FG003"}


def test_report_says_what_could_not_be_checked() -> None:
    assert "no arrays" in preflight(dense()).unchecked[0]


@pytest.mark.parametrize(
    ("train", "message"),
    [
        (vector(), "must be a pair"),
        (({"z": vector()}, labels()), "missing x"),
        ((vector(5), labels()), r"\(64, 5\)"),
        ((vector(), labels(32)), "same number of examples"),
        ((vector()[:0], labels()[:0]), "at least one"),
        ((vector(), {"other": labels()}), "named as the model's outputs"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_what_was_received(train: object, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        preflight(dense(), train)
    assert "Received: " in str(refused.value)


def test_unknown_code_to_ignore_is_refused() -> None:
    with pytest.raises(InputError, match="FG999"):
        preflight(dense(), ignore={"FG999"})
