"""The executor's own `Do`, twice, with a ledger: what the second span shares with the first goes where that went."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components import keys
from components.paired_example_gen import counts
from tests.components.paired_example_gen.planted import copy_of, crop, resize

Ingest = Callable[..., Any]
OLD = 24


def smooth(number: int) -> bytes:
    """A picture of a few large spots, as photographs are: its copies keep them."""
    pixels = np.random.default_rng(number).integers(0, 255, (9, 9, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def record(example: Callable[..., bytes], number: int, **values: Any) -> bytes:
    fields = {"id": f"m{number}", "image": smooth(number), "text": f"text {number}", "label": number % 2}
    return example(**(fields | values))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, ingest: Ingest, example: Any, write_file: Any) -> tuple[Any, Any]:
    folder = tmp_path_factory.mktemp("growing")
    ledger = str(folder / "kept" / "ledger.parquet")
    rng = np.random.default_rng(2)
    write_file(folder / "a/data/span-1/pairs-0.tfrecord.gz", [record(example, number) for number in range(OLD)])
    first = ingest(folder / "a/data", ledger=ledger)
    side = {pair_id: split for split, ids in first.ids().items() for pair_id in ids}
    train, test = (int(next(iter(sorted(first.ids()[split])))[1:]) for split in (keys.TRAIN, keys.TEST))
    assert side[f"m{train}"] != side[f"m{test}"]
    later = [record(example, 100 + n, image=copy_of(smooth(n), rng, crop, resize)) for n in range(OLD)]
    later += [
        record(example, 200, image=copy_of(smooth(train), rng, resize), text=f"text {test}"),
        record(example, 301, image=smooth(301), text="the same", label=1),
        record(example, 302, image=smooth(301), text="The same", label=0),
        record(example, 303, image=smooth(303), text="twice", label=1),
        record(example, 304, image=smooth(303), text="twice", label=1),
    ]
    write_file(folder / "b/data/span-2/pairs-0.tfrecord.gz", later)
    return first, ingest(folder / "b/data", ledger=ledger)


def test_copies_follow_their_originals_into_their_splits(runs: tuple[Any, Any]) -> None:
    first, second = runs
    for split in keys.SPLITS:
        copied = {int(pair_id[1:]) - 100 for pair_id in second.ids()[split]} & set(range(OLD))
        assert copied == {int(pair_id[1:]) for pair_id in first.ids()[split]}


def test_what_cannot_be_placed_is_in_the_quarantine_with_reason_and_record(runs: tuple[Any, Any]) -> None:
    _, second = runs
    reasons = {row["id"]: row["reason"] for row in second.rejected()}
    assert reasons == {
        "m200": "bridges_splits",
        "m301": "label_conflict",
        "m302": "label_conflict",
        "m304": "pair_duplicate",
    }
    originals = {each.features.feature[keys.ID].bytes_list.value[0].decode() for each in second.originals()}
    assert originals == set(reasons)
    assert counts.read_quarantine(second.quarantine.mlmd_artifact) == {
        "bridges_splits": 1,
        "label_conflict": 2,
        "pair_duplicate": 1,
    }


def test_audit_stands_beside_the_examples_and_its_numbers_on_their_artifact(runs: tuple[Any, Any]) -> None:
    _, second = runs
    audit = json.loads(Path(second.examples.uri, "audit.json").read_text())
    assert (audit["pairs"], audit["placed_before"]) == (OLD + 1, OLD)
    assert audit["set_apart"] == {"bridges_splits": 1, "label_conflict": 2, "pair_duplicate": 1}
    kept = counts.read_audit(second.examples.mlmd_artifact)
    assert (kept["groups"], kept["largest_group"], kept["placed_before"]) == (OLD + 1, 1, OLD)


def test_second_run_of_a_span_has_the_same_splits(
    tmp_path: Path, ingest: Ingest, example: Any, write_file: Any
) -> None:
    root = tmp_path / "data"
    write_file(root / "span-1/pairs-0.tfrecord.gz", [record(example, number) for number in range(12)])
    ledger = tmp_path / "ledger.parquet"
    first = ingest(root, ledger=str(ledger)).ids()
    content = ledger.read_bytes()
    assert ingest(root, ledger=str(ledger)).ids() == first
    assert ledger.read_bytes() == content
