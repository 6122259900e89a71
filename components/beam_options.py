"""What Fusegate asks of Beam's pipeline options, wherever a Beam pipeline is made. Imports no Beam."""

from __future__ import annotations

from collections.abc import Sequence

# Named in full: `DirectRunner` of newer versions of Beam first tries to download a program.
IN_MEMORY_RUNNER = "apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner"


# TFX packs itself anew for each component, to be sent to workers, unless the options name an image or a package. In
# memory there are no workers, and Beam starts no image.
_NOTHING_TO_PACK = "--sdk_container_image=none"


def with_default_runner(beam_args: Sequence[str]) -> list[str]:
    """Return the options with the in-memory runner for those that name none."""
    if any(argument.startswith("--runner") for argument in beam_args):
        return [*beam_args]
    return [f"--runner={IN_MEMORY_RUNNER}", _NOTHING_TO_PACK, *beam_args]


def loses_records(beam_args: Sequence[str]) -> bool:
    """Tell whether the options name Beam's DaskRunner, which loses records without an error."""
    return any("dask" in argument.lower() for argument in beam_args)
