"""Every reason tells how to mend, in the code and in the docs."""

from __future__ import annotations

from pathlib import Path

from components.pairs.reasons import Reason

DOCS = Path(__file__).parents[3] / "docs" / "data-format.md"


def test_docs_list_every_reason_with_its_mend() -> None:
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = {row.split("|")[1].strip(" `"): row.split("|")[-2].strip() for row in rows}
    assert {reason.value: reason.mend for reason in Reason}.items() <= cells.items()


def test_reason_prints_as_its_value() -> None:
    assert f"{Reason.TEXT_EMPTY}" == str(Reason.TEXT_EMPTY) == "text_empty"
