"""The Beam pipeline that packs a manifest."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from components.beam_options import loses_records, with_default_runner
from components.errors import FusegateError, InputError
from components.pack.existing import Existing
from components.pack.manifest import COLUMNS, VECTOR_COLUMN, ManifestRow
from components.pack.read_rows import read_rows
from components.pack.write_shard import ShardJob, row_id, shard_of, write_shard

# Named in full: Beam's default, DirectRunner, first tries to download another one.


def run_pipeline(manifest: Path, job: ShardJob, beam_args: Sequence[str], existing: Sequence[Existing] = ()) -> None:
    """Reads a manifest's rows, brings each to its shard and writes the shards; images are read there, one by one.

    Args:
        manifest: The manifest, or the folder tree; like the job's folders it must be reachable from every worker.
        job: What all shards have in common.
        beam_args: Pipeline options of Beam; without a `--runner`, the in-memory one is taken.
        existing: The pairs of the span that these are added to.

    Raises:
        InputError: Beam has no such runner, or it is not to be trusted.
        FusegateError: A file could not be written.
    """
    log = logging.getLogger("apache_beam.runners.common")
    level = log.level
    log.setLevel(logging.CRITICAL)  # It prints the traceback of an error that is raised here as well.
    try:
        with _pipeline(beam_args) as pipeline:
            rows = (
                pipeline
                | "Manifest" >> beam.Create([manifest])
                | "Rows" >> beam.FlatMap(read_rows)
                | "ToShard" >> beam.Map(lambda row: _to_shard(row, job))
            )
            shards = pipeline | "Shards" >> beam.Create([(shard, None) for shard in range(job.shards)])
            there = pipeline | "Existing" >> beam.Create(
                [(shard_of(each.id, 0, job.shards), each) for each in existing if each.id]
            )
            (
                {"rows": rows, "existing": there, "shards": shards}
                | "ByShard" >> beam.CoGroupByKey()
                | "Write"
                >> beam.MapTuple(lambda shard, groups: write_shard(shard, groups["rows"], groups["existing"], job))
            )
    except RuntimeError as error:
        _raise_cause(error)
    finally:
        log.setLevel(level)


def _to_shard(row: ManifestRow, job: ShardJob) -> tuple[int, ManifestRow]:
    """Bring a row to its shard, without the columns that nobody reads."""
    wanted = {*COLUMNS, VECTOR_COLUMN, *job.slices}
    values = {name: value for name, value in row.values.items() if name in wanted}
    shard = shard_of(row_id(row, job.limits), row.line, job.shards)
    return shard, dataclasses.replace(row, values=values)


def _pipeline(beam_args: Sequence[str]) -> beam.Pipeline:
    received = " ".join(beam_args)
    if loses_records(beam_args):
        raise InputError(
            f"Beam's DaskRunner loses records without an error. Received: --beam-args '{received}'. "
            "Leave the runner out, or take Flink, Spark or Dataflow"
        )
    try:
        return beam.Pipeline(options=PipelineOptions(with_default_runner(beam_args)))
    except (AttributeError, ImportError, ValueError) as error:
        raise InputError(
            f"Beam must know its runner and options. Received: --beam-args '{received}'. {error}"
        ) from error


def _raise_cause(error: RuntimeError) -> None:
    """Beam hides what a worker raised in a RuntimeError's text: raises again what a user can act on, or the error."""
    last = [line for line in str(error).splitlines() if line.strip()][-1:] or [""]
    if last[0].startswith("KeyboardInterrupt"):
        raise KeyboardInterrupt from error
    if "[Errno " in last[0]:
        raise FusegateError(f"packing failed, and no span was written. Received: {last[0]}") from error
    raise error
