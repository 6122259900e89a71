"""The versions of a registry with the figures that they were pushed with."""

from __future__ import annotations

import dataclasses
from typing import Any

from components import keys
from components.errors import InputError
from components.evaluator.rules import OVERALL
from components.live_model import registry
from components.live_model.set_aside import read_set_aside
from components.receipt.store import read_receipt


@dataclasses.dataclass(frozen=True)
class Version:
    """One version; what is not known of it is None.

    Attributes:
        version: Its number.
        live: Whether TF Serving serves it.
        pushed_at: ISO 8601 time, UTC.
        variant: The output that is served.
        auc: AUC of that output on its test split.
        auc_fused: AUC of the fused model.
        gain: AUC(fused) minus the AUC of its best part.
        gain_lower: The gain's lower bound.
        baseline: The version that it was compared with.
        run_id: The run that pushed it.
        restored_from: The version that it is a copy of, after a rollback.
        why: Why it was rolled back to.
        set_aside: Why candidates are not compared with it.
    """

    version: int
    live: bool
    pushed_at: str | None = None
    variant: str | None = None
    auc: float | None = None
    auc_fused: float | None = None
    gain: float | None = None
    gain_lower: float | None = None
    baseline: int | None = None
    run_id: str | None = None
    restored_from: int | None = None
    why: str = ""
    set_aside: str = ""


def list_models(destination: str) -> list[Version]:
    """List the versions of a push destination, the newest first."""
    versions = registry.served_versions(destination)
    return [_describe(destination, version, version == versions[-1]) for version in reversed(versions)]


def _describe(destination: str, version: int, live: bool) -> Version:
    found: dict[str, Any] = {}
    record = registry.read_record(destination, version)
    if record is not None:
        found = {name: getattr(record, name) for name in ("pushed_at", "variant", "run_id", "restored_from", "why")}
    set_aside = read_set_aside(f"{destination}/{registry.RECORDS}", version) if live else None
    if set_aside is not None:
        found["set_aside"] = set_aside.why
    return Version(version, live, **found | _figures(destination, version, found.get("variant") or keys.FUSED))


def _figures(destination: str, version: int, variant: str) -> dict[str, Any]:
    """What the receipt says; a version without one, or with one that cannot be read, is listed all the same."""
    try:
        receipt = read_receipt(registry.receipt_path(destination, version))
    except InputError:
        return {}
    figures = receipt["figures"]["candidate"][OVERALL]
    return {
        "auc": figures.get(f"auc_{variant}"),
        "auc_fused": figures.get(f"auc_{keys.FUSED}"),
        "gain": figures.get("gain"),
        "gain_lower": figures.get("gain_lower"),
        "baseline": receipt["baseline"]["version"],
    }
