"""Executor of PairedExampleGen: one pass that checks, one that splits; images are never held all at once."""

from __future__ import annotations

import collections
import dataclasses
import json
import logging
from typing import Any

import apache_beam as beam
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils

from components import keys
from components.pack.summary import QUARANTINE_FILE
from components.paired_example_gen import counts, spans
from components.paired_example_gen.placement import PairKey, Placement, place
from components.paired_example_gen.records import REJECTED, CheckRecord, ReadRecords, ToSplit, to_checked_record
from components.pairs.limits import PairLimits
from components.pairs.pair import CheckedPair
from components.pairs.rejection import Rejection

_LOG = logging.getLogger("fusegate.ingest")


class Executor(base_beam_executor.BaseBeamExecutor):
    """Checks the pairs of a span, places them, and writes the splits and the quarantine."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Check, place, write; every record of the span ends as an example or in the quarantine."""
        span = spans.find_span(exec_properties["root"], exec_properties["span"])
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        quarantine = artifact_utils.get_single_instance(output_dict["quarantine"])
        # Without the trailing slash: a doubled one finds no file in gfile's glob.
        work = f"{self._get_tmp_dir().rstrip('/')}/checked"
        self._check(span, PairLimits(**json.loads(exec_properties["limits"])), work)
        placement = place(_read_keys(work), json.loads(exec_properties["splits"]), exec_properties["seed"])
        rejected = [*_read_lines(f"{work}/rejected"), *(item.to_json() for item in placement.duplicates)]
        self._split(work, placement, examples.uri)
        fileio.rmtree(work)
        by_reason = collections.Counter(json.loads(line)["reason"] for line in rejected)
        by_reason.update(spans.packing_quarantine(span))
        _write_quarantine(quarantine.uri, span, rejected)
        examples.split_names = artifact_utils.encode_split_names(list(keys.SPLITS))
        for artifact in (examples, quarantine):
            artifact.set_int_custom_property("span", span.number)
        counts.write_examples(examples, placement.counts, placement.audit)
        counts.write_quarantine(quarantine, by_reason)
        _LOG.info("span %d: %d examples, %d set apart", span.number, len(placement.places), sum(by_reason.values()))

    def _check(self, span: spans.Span, limits: PairLimits, work: str) -> None:
        """First pass: usable pairs, their keys and the rejected go to files; no image outlives its bundle."""
        with self._make_beam_pipeline() as pipeline:
            checked, rejected = (
                pipeline
                | "Files" >> beam.Create(span.files)
                | "Spread" >> beam.Reshuffle()
                | "Read" >> beam.ParDo(ReadRecords())
                | "Check" >> beam.ParDo(CheckRecord(limits)).with_outputs(REJECTED, main="checked")
            )
            _ = (
                checked
                | "ToRecord" >> beam.Map(to_checked_record)
                | "WriteChecked" >> beam.io.WriteToTFRecord(f"{work}/pairs")
            )
            _ = checked | "ToKey" >> beam.Map(_key_line) | "WriteKeys" >> beam.io.WriteToText(f"{work}/keys")
            _ = (
                rejected
                | "ToLine" >> beam.Map(Rejection.to_json)
                | "WriteRejected" >> beam.io.WriteToText(f"{work}/rejected")
            )

    def _split(self, work: str, placement: Placement, uri: str) -> None:
        """Second pass: each usable pair goes to its split."""
        with self._make_beam_pipeline() as pipeline:
            by_split = (
                pipeline
                | "ReadChecked" >> beam.io.ReadFromTFRecord(f"{work}/pairs*")
                | "ToSplit" >> beam.ParDo(ToSplit(placement.places)).with_outputs(*keys.SPLITS)
            )
            for split in keys.SPLITS:
                _ = by_split[split] | f"Write[{split}]" >> beam.io.WriteToTFRecord(
                    f"{uri}/Split-{split}/data", file_name_suffix=".tfrecord.gz"
                )


def _key_line(pair: CheckedPair) -> str:
    key = PairKey(pair.id, pair.source, pair.image_fingerprint, pair.text_fingerprint, pair.label)
    return json.dumps(dataclasses.asdict(key))


def _read_keys(work: str) -> list[PairKey]:
    return [PairKey(**json.loads(line)) for line in _read_lines(f"{work}/keys")]


def _read_lines(prefix: str) -> list[str]:
    lines: list[str] = []
    for path in sorted(fileio.glob(f"{prefix}*")):
        with fileio.open(path, "r") as file:
            lines += file.read().splitlines()
    return lines


def _write_quarantine(uri: str, span: spans.Span, rejected: list[str]) -> None:
    """Keep what packing and ingest set apart in one file."""
    packed = _read_lines(f"{span.path}/{QUARANTINE_FILE}")
    fileio.makedirs(uri)
    with fileio.open(f"{uri}/{QUARANTINE_FILE}", "w") as file:
        file.write("".join(f"{line}\n" for line in [*packed, *sorted(rejected)]))
