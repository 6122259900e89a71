"""What Fusegate asks of Beam's pipeline options, wherever a Beam pipeline is made. Imports no Beam."""

from __future__ import annotations

from collections.abc import Sequence

# Named in full: `DirectRunner` of newer versions of Beam first tries to download a program.
IN_MEMORY_RUNNER = "apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner"


def with_default_runner(beam_args: Sequence[str]) -> list[str]:
    """Return the options with the in-memory runner for those that name none; of two runners Beam takes the last."""
    return [f"--runner={IN_MEMORY_RUNNER}", *beam_args]


def loses_records(beam_args: Sequence[str]) -> bool:
    """Tell whether the options name Beam's DaskRunner, which loses records without an error."""
    return any("dask" in argument.lower() for argument in beam_args)
