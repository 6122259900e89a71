"""The Beam pipeline that scores: one model a process, one part a bundle, each part written whole."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.utils.shared import Shared

from components.beam_options import loses_records, with_default_runner
from components.errors import FusegateError, InputError
from components.pack.progress import PROGRESS
from components.predict.job import PredictJob, save
from components.predict.score import Scorer
from components.predict.source import Part, read_parts


class ScorePart(beam.DoFn):
    """Scores parts and writes each to its file.

    Args:
        job: What the parts have in common.
        shared: Beam's handle, through which a worker's threads share one model.
    """

    def __init__(self, job: PredictJob, shared: Shared):
        self._job = job
        self._shared = shared

    def setup(self) -> None:
        job = self._job
        self._scorer = self._shared.acquire(
            lambda: Scorer(job.model, job.served, job.limits, job.batch_size), tag=job.model
        )

    def process(self, part: Part) -> None:
        lines = []
        for row in self._scorer.score(part, self._job.source):
            lines.append(json.dumps(row) + "\n")
            PROGRESS.advance()
        save(self._job.part_path(part.number), "".join(lines))


def run_parts(job: PredictJob, beam_args: Sequence[str] = ()) -> None:
    """Score every part that is not finished.

    In memory rows stream through; a runner with workers of its own gets them spread over these.

    Args:
        job: What is scored; its folders must be reachable from every worker.
        beam_args: Pipeline options of Beam; without a `--runner`, the in-memory one is taken.

    Raises:
        InputError: Beam has no such runner, or it is not to be trusted.
        FusegateError: A file could not be read or written.
    """
    log = logging.getLogger("apache_beam.runners.common")
    level = log.level
    log.setLevel(logging.CRITICAL)  # It prints the traceback of an error that is raised here as well.
    try:
        with _pipeline(beam_args) as pipeline:
            parts = pipeline | "Job" >> beam.Create([job]) | "Parts" >> beam.FlatMap(_unfinished)
            if beam_args:
                parts = parts | "Spread" >> beam.Reshuffle()
            _ = parts | "Score" >> beam.ParDo(ScorePart(job, Shared()))
    except RuntimeError as error:
        _raise_cause(error)
    finally:
        log.setLevel(level)


def _unfinished(job: PredictJob) -> Iterator[Part]:
    for part in read_parts(job.source):
        if job.part_path(part.number).exists():
            for _ in part.rows:
                PROGRESS.advance()
        else:
            yield part


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
        raise FusegateError(
            f"scoring failed; what was finished is kept. Received: {last[0]}. Mend it and run again"
        ) from error
    raise error
