"""The Beam pipeline that packs a manifest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam

from components.beam_command import beam_command
from components.pack.existing import Existing
from components.pack.manifest import COLUMNS, VECTOR_COLUMN, ManifestRow
from components.pack.read_rows import read_rows
from components.pack.write_shard import ShardJob, row_id, shard_of, write_shard


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
    with beam_command(beam_args, "packing failed, and no span was written", "Mend it and pack again") as pipeline:
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


def _to_shard(row: ManifestRow, job: ShardJob) -> tuple[int, ManifestRow]:
    """Bring a row to its shard, without the columns that nobody reads."""
    wanted = {*COLUMNS, VECTOR_COLUMN, *job.slices}
    values = {name: value for name, value in row.values.items() if name in wanted}
    shard = shard_of(row_id(row, job.limits), row.line, job.shards)
    return shard, dataclasses.replace(row, values=values)
