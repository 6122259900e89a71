"""Receipt, rollback and baseline reset in the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.evaluator.read_figures import read_figures
from components.live_model import registry
from components.receipt.find import find_receipt
from components.receipt.store import read_receipt
from components.receipt.verify import verify_receipt
from pipeline.local import Run, run_local
from pipeline.reset_baseline import reset_baseline
from pipeline.roll_back import roll_back
from pipeline.summarize import summarize

pytestmark = pytest.mark.pipeline


def differing(folder: Path) -> list[str]:
    found = find_receipt(folder)
    return [f"{check.name}: {check.said}" for check in verify_receipt(found.folder, found.pushed) if not check.agrees]


def baseline(run: Run) -> dict[str, Any]:
    return read_receipt(find_receipt(run.folder).folder)["baseline"]


@pytest.fixture(scope="module")
def output(world, first_run: Run) -> str:
    """An output folder of its own that starts as the first run left off, on the same cache."""
    return f"push_to={world.folder / 'restored'}"


def test_pushed_version_and_run_carry_the_same_receipt_and_it_verifies(first_run: Run) -> None:
    version = registry.live_version(str(first_run.config.models))
    assert differing(first_run.config.models / str(version)) == []
    assert differing(first_run.folder) == []
    summary = summarize(first_run)
    assert summary.served == "fused"
    assert Path(summary.receipt).is_file()
    assert "would have refused" in summary.changes[0]
    receipt = read_receipt(first_run.folder / "receipt")
    ids = {name: node.execution_id for name, node in first_run.nodes.items()}
    assert receipt["mlmd"]["execution"] == ids["Receipt"]
    assert receipt["mlmd"]["artifacts"]["model"]["execution"] == ids["Trainer"]
    assert receipt["run"]["run_id"] == first_run.run_id
    # What the receipt computes from the stored scores is what TFMA computed, to the last bit.
    measured, _ = read_figures(first_run.nodes["Evaluator"].outputs["evaluation"][0].uri)
    told = receipt["figures"]["candidate"]["overall"]
    assert {name: told[name] for name in ("gain", "gain_lower", "auc_fused", "ece_late", "delong_p")} == {
        name: measured["overall"][name] for name in ("gain", "gain_lower", "auc_fused", "ece_late", "delong_p")
    }


def test_refused_run_leaves_a_receipt_that_verifies_and_says_what_was_missing(
    world, first_run: Run, output: str
) -> None:
    refused = run_local(world.config(output, "gate.min_gain=0.9"))
    assert refused.failure is None
    assert differing(refused.folder) == []
    assert any("gate.min_gain" in sentence for sentence in summarize(refused).changes)


@pytest.mark.slow
def test_run_after_a_rollback_compares_with_what_was_put_back_and_does_not_undo_it(
    world, first_run: Run, output: str
) -> None:
    config = world.config(output)
    first = run_local(config)
    one = registry.live_version(str(config.models))
    assert one is not None and baseline(first)["version"] is None
    retrained = world.config(output, "train.epochs=4")
    run_local(retrained)
    two = registry.live_version(str(config.models))
    assert two is not None and two > one
    restored = roll_back(config, None, "complaints")
    assert restored.restored_from == one
    assert differing(config.models / str(restored.version)) == []
    again = run_local(retrained)
    assert again.failure is None
    assert baseline(again)["version"] == restored.version
    summary = summarize(again)
    assert summary.verdict == "refused"
    assert f"version {two}, which is the same model, was rolled back (complaints)" in " ".join(summary.reasons)
    assert registry.live_version(str(config.models)) == restored.version


@pytest.mark.slow
def test_baseline_that_was_set_aside_is_compared_with_no_more(world, first_run: Run, output: str) -> None:
    config = world.config(output)
    live = reset_baseline(config, "a lucky split")
    run = run_local(config)
    assert run.failure is None
    told = baseline(run)
    assert told["version"] is None
    assert f"version {live}, which was live, was set aside (a lucky split)" in told["said"]
