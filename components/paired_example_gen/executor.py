"""Executor of PairedExampleGen: one pass that checks, one that splits; images are never held all at once."""

from __future__ import annotations

import collections
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils

from components import keys
from components.errors import InputError
from components.pack.summary import QUARANTINE_FILE, QUARANTINE_FOLDER, QUARANTINE_RECORDS
from components.paired_example_gen import counts, spans
from components.paired_example_gen.audit import AUDIT_FILE, audit_counts
from components.paired_example_gen.ledger_file import LedgerFile
from components.paired_example_gen.names import Names
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.placement import Placement, place
from components.paired_example_gen.read_pairs import ReadPairs
from components.paired_example_gen.read_shard import REJECTED
from components.paired_example_gen.records import (
    ToSplit,
    to_quarantine_record,
)
from components.paired_example_gen.write_records import WriteRecords
from components.pairs.limits import PairLimits

_LOG = logging.getLogger("fusegate.ingest")


class Executor(base_beam_executor.BaseBeamExecutor):
    """Checks the pairs of the spans, places them, and writes the splits and the quarantine."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Check, place, write; every record of the spans ends as an example or in the quarantine."""
        window = spans.find_spans(
            exec_properties["root"],
            exec_properties["span"],
            exec_properties["window"],
            json.loads(exec_properties["leave_out"]),
        )
        fingerprint = _unchanged(window, exec_properties["input_fingerprint"])
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        quarantine = artifact_utils.get_single_instance(output_dict["quarantine"])
        # Without the trailing slash: a doubled one finds no file in gfile's glob.
        work = f"{self._get_tmp_dir().rstrip('/')}/checked"
        fileio.makedirs(quarantine.uri)
        self._check(window, exec_properties, work, quarantine.uri)
        placement = self._place(_read_keys(work), exec_properties)
        rejected = [*_read_lines(f"{work}/rejected"), *(item.to_json() for item in placement.rejected)]
        self._split(work, placement, examples.uri, quarantine.uri)
        fileio.rmtree(work)
        by_reason = collections.Counter(json.loads(line)["reason"] for line in rejected)
        by_reason.update(spans.packing_quarantine(window))
        _write_quarantine(quarantine.uri, window, rejected)
        examples.split_names = artifact_utils.encode_split_names(list(keys.SPLITS))
        for artifact in (examples, quarantine):
            counts.write_lineage(artifact, [(span.number, span.version) for span in window], fingerprint)
        counts.write_examples(examples, placement.counts, audit_counts(placement.audit))
        _write_audit(examples.uri, placement.audit)
        counts.write_quarantine(quarantine, by_reason)
        names = ", ".join(span.name for span in window)
        _LOG.info("%s: %d examples, %d set apart", names, len(placement.places), sum(by_reason.values()))

    def _place(self, pairs: Sequence[PairKey], exec_properties: Mapping[str, Any]) -> Placement:
        """Place the pairs, and keep what was decided before any split is written: a second run decides the same."""
        shares, seed = json.loads(exec_properties["splits"]), exec_properties["seed"]
        group_by, path = exec_properties["group_by"], exec_properties["ledger"]
        if not path:
            return place(pairs, shares, seed, group_by)
        file = LedgerFile.read(path, shares, seed, group_by)
        placement = place(pairs, shares, seed, group_by, file.ledger)
        file.write(placement.ledger)
        return placement

    def _check(
        self, window: Sequence[spans.Span], exec_properties: Mapping[str, Any], work: str, quarantine: str
    ) -> None:
        """First pass: usable pairs, their keys and the rejected go to files; no image outlives its bundle."""
        limits = PairLimits(**json.loads(exec_properties["limits"]))
        names = Names(**json.loads(exec_properties["features"]), slices=tuple(json.loads(exec_properties["slices"])))
        with self._make_beam_pipeline() as pipeline:
            checked, rejected = pipeline | "ReadPairs" >> ReadPairs(window, names, limits)
            _ = (
                checked
                | "ToRecord" >> beam.Map(lambda checked: checked[0])
                | "WriteChecked" >> beam.io.WriteToTFRecord(f"{work}/pairs")
            )
            _ = (
                checked
                | "ToKey" >> beam.Map(lambda checked: checked[1])
                | "WriteKeys" >> beam.io.WriteToText(f"{work}/keys")
            )
            _ = (
                rejected
                | "ToLine" >> beam.Map(lambda item: item[0].to_json())
                | "WriteRejected" >> beam.io.WriteToText(f"{work}/rejected")
            )
            _ = (
                rejected
                | "ToOriginal" >> beam.Map(to_quarantine_record)
                | "WriteOriginals" >> WriteRecords(f"{quarantine}/{QUARANTINE_RECORDS}-checked")
            )

    def _split(self, work: str, placement: Placement, uri: str, quarantine: str) -> None:
        """Second pass: each usable pair goes to its split, what was set apart to the quarantine."""
        with self._make_beam_pipeline() as pipeline:
            by_split = (
                pipeline
                | "ReadChecked" >> beam.io.ReadFromTFRecord(f"{work}/pairs*")
                | "ToSplit"
                >> beam.ParDo(ToSplit(placement.places, placement.rejected)).with_outputs(*keys.SPLITS, REJECTED)
            )
            for split in keys.SPLITS:
                _ = by_split[split] | f"Write[{split}]" >> WriteRecords(f"{uri}/Split-{split}/data")
            _ = (
                by_split[REJECTED]
                | "ToOriginal" >> beam.Map(to_quarantine_record)
                | "WriteOriginals" >> WriteRecords(f"{quarantine}/{QUARANTINE_RECORDS}-placed")
            )


def _unchanged(window: Sequence[spans.Span], resolved: str) -> str:
    """Return the spans' fingerprint; under that of other files their examples would be served from the cache."""
    found = spans.fingerprint(window)
    if resolved and resolved != found:
        raise InputError(
            f"the spans must not change while a run starts. Received: {', '.join(span.name for span in window)}, "
            "which have changed since. Run again when they are complete"
        )
    return found


def _read_keys(work: str) -> list[PairKey]:
    return [PairKey(**json.loads(line)) for line in _read_lines(f"{work}/keys")]


def _read_lines(prefix: str) -> Iterator[str]:
    for path in sorted(fileio.glob(f"{prefix}*")):
        with fileio.open(path, "r") as file:
            for line in file:
                yield line.removesuffix("\n")


def _write_audit(uri: str, audit: Mapping[str, Any]) -> None:
    with fileio.open(f"{uri}/{AUDIT_FILE}", "w") as file:
        file.write(json.dumps(audit, indent=2))
    for fault in audit["faults"]:
        _LOG.warning("%s", fault)


def _write_quarantine(uri: str, window: Sequence[spans.Span], rejected: list[str]) -> None:
    """Keep what packing and ingest set apart in one place: one index, and the records beside it."""
    packed = [line for span in window for line in _read_lines(f"{span.path}/{QUARANTINE_FILE}")]
    with fileio.open(f"{uri}/{QUARANTINE_FILE}", "w") as file:
        file.write("".join(f"{line}\n" for line in [*packed, *sorted(rejected)]))
    for span in window:
        for path in fileio.glob(f"{span.path}/{QUARANTINE_FOLDER}/{QUARANTINE_RECORDS}-*"):
            rest = path.rsplit("/", 1)[-1].removeprefix(f"{QUARANTINE_RECORDS}-")
            fileio.copy(path, f"{uri}/{QUARANTINE_RECORDS}-packed-{span.number}-{rest}", overwrite=True)
