"""A Beam pipeline within a command: its options checked, its errors those that a user can act on."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from components.beam_options import loses_records, with_default_runner
from components.errors import FusegateError, InputError


@contextlib.contextmanager
def beam_command(beam_args: Sequence[str], failed: str, mend: str) -> Iterator[beam.Pipeline]:
    """Yield a pipeline that runs when the block ends.

    Args:
        beam_args: Pipeline options of Beam; without a `--runner`, the in-memory one is taken.
        failed: What a failure left behind, for the message: `packing failed, and no span was written`.
        mend: What to do about it.

    Raises:
        InputError: Beam has no such runner, or it is not to be trusted.
        FusegateError: A file could not be read or written.
    """
    log = logging.getLogger("apache_beam.runners.common")
    level = log.level
    log.setLevel(logging.CRITICAL)  # It prints the traceback of an error that is raised here as well.
    try:
        with _pipeline(beam_args) as pipeline:
            yield pipeline
    except RuntimeError as error:
        _raise_cause(error, failed, mend)
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


def _raise_cause(error: RuntimeError, failed: str, mend: str) -> None:
    """Beam hides what a worker raised in a RuntimeError's text: raises again what a user can act on, or the error."""
    last = [line for line in str(error).splitlines() if line.strip()][-1:] or [""]
    if last[0].startswith("KeyboardInterrupt"):
        raise KeyboardInterrupt from error
    if "[Errno " in last[0]:
        raise FusegateError(f"{failed}. Received: {last[0]}. {mend}") from error
    raise error
