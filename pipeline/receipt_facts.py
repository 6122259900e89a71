"""From a run's receipt to what the report tells of it."""

from __future__ import annotations

from typing import Any

from components.receipt.find import IN_RUN
from components.receipt.store import PAGE_FILE, read_receipt
from pipeline.ended_run import Run
from pipeline.report.run_summary import ServingFinding

RECEIPT_NODE = "Receipt"


def receipt_facts(run: Run) -> dict[str, Any]:
    """Return the fields of a RunSummary that a receipt fills; none where the run did not come to it."""
    node = run.nodes.get(RECEIPT_NODE)
    if node is None or not node.ended_well:
        return {}
    receipt = read_receipt(run.folder / IN_RUN)
    return {
        "changes": receipt["smallest_change"],
        "serving": [ServingFinding(**finding) for finding in receipt["serving"]["findings"]],
        "receipt": str(run.folder / IN_RUN / PAGE_FILE),
    }
