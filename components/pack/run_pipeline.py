"""The Beam pipeline that packs a manifest."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from components.beam_options import loses_records, with_default_runner
from components.errors import FusegateError, InputError
from components.pack.manifest import read_manifest
from components.pack.write_shard import ShardJob, shard_of, write_shard

# Named in full: Beam's default, DirectRunner, first tries to download another one.


def run_pipeline(manifest: Path, job: ShardJob, beam_args: Sequence[str]) -> None:
    """Reads a manifest's rows, brings each to its shard and writes the shards; images are read there, one by one.

    Args:
        manifest: The manifest; like the job's folders it must be reachable from every worker.
        job: What all shards have in common.
        beam_args: Pipeline options of Beam; without a `--runner`, the in-memory one is taken.

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
                | "Rows" >> beam.FlatMap(read_manifest)
                | "ToShard" >> beam.Map(lambda row: (shard_of(row, job), row))
            )
            shards = pipeline | "Shards" >> beam.Create([(shard, None) for shard in range(job.shards)])
            (
                {"rows": rows, "shards": shards}
                | "ByShard" >> beam.CoGroupByKey()
                | "Write" >> beam.MapTuple(lambda shard, groups: write_shard(shard, groups["rows"], job))
            )
    except RuntimeError as error:
        _raise_cause(error)
    finally:
        log.setLevel(level)


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
