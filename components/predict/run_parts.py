"""The Beam pipeline that scores: one model a process, one part a bundle, each part written whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import apache_beam as beam
from apache_beam.utils.shared import Shared

from components.beam_command import beam_command
from components.durable import write_durably
from components.pack.progress import PROGRESS
from components.predict.job import PredictJob
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
        write_durably(self._job.part_path(part.number), "".join(lines))


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
    with beam_command(beam_args, "scoring failed; what was finished is kept", "Mend it and run again") as pipeline:
        parts = pipeline | "Job" >> beam.Create([job]) | "Parts" >> beam.FlatMap(_unfinished)
        if beam_args:
            parts = parts | "Spread" >> beam.Reshuffle()
        _ = parts | "Score" >> beam.ParDo(ScorePart(job, Shared()))


def _unfinished(job: PredictJob) -> Iterator[Part]:
    for part in read_parts(job.source):
        if job.part_path(part.number).exists():
            for _ in part.rows:
                PROGRESS.advance()
        else:
            yield part
