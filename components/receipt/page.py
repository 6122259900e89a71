"""The receipt as a page: one HTML file that needs nothing else, neither network nor scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components import keys
from components.evaluator.rules import SIGNS
from components.page.render import render_page

TEMPLATE = "receipt.html.j2"


def receipt_page(receipt: Mapping[str, Any]) -> str:
    """Render the page of a receipt; what strangers wrote is escaped.

    Args:
        receipt: As `components.receipt.receipt.build_receipt` makes it.
    """
    data, code, mlmd = receipt["data"], receipt["code"], receipt["mlmd"]
    counts = {
        f"{split}, label {label}": count for split, labels in data["counts"].items() for label, count in labels.items()
    }
    origin = {
        "Data": {
            "input fingerprint": data["input_fingerprint"],
            "spans": data["spans"],
            **counts,
            **data["quarantine"],
        },
        "Code": {"code": code["code"], "lock": code["lock"] or "not there", **code["versions"]},
        "Model": receipt["model"],
        "ML Metadata": {
            "execution": mlmd["execution"],
            **{f"{key}, artifact": each["id"] for key, each in mlmd["artifacts"].items()},
            **{f"{key}, execution": each["execution"] for key, each in mlmd["artifacts"].items()},
        },
    }
    settings = json.dumps(receipt["settings"], indent=2, sort_keys=True)
    template = Path(__file__).parent / TEMPLATE
    return render_page(template, receipt=receipt, signs=SIGNS, outputs=keys.OUTPUTS, origin=origin, settings=settings)
