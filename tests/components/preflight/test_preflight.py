"""Thirty and more wrong models, each with exactly its findings, and as many right ones with none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.components.preflight.cases import Case
from tests.components.preflight.right_cases import RIGHT
from tests.components.preflight.wrong_cases import WRONG


@pytest.mark.parametrize(("build", "codes"), WRONG.values(), ids=WRONG)
def test_wrong_model_has_exactly_its_findings(build: Callable[[], Case], codes: set[str]) -> None:
    report = build().check()
    assert report.codes == codes, report.to_text()
    assert all(finding.evidence for finding in report.findings)


@pytest.mark.parametrize("build", RIGHT.values(), ids=RIGHT)
def test_right_model_has_no_finding(build: Callable[[], Case]) -> None:
    report = build().check()
    assert report.findings == (), report.to_text()


def test_tables_hold_thirty_models_each() -> None:
    assert len(WRONG) >= 30
    assert len(RIGHT) >= 30
