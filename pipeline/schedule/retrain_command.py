"""The command that a schedule calls, and what it needs around it."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def retrain_command(config: Path, overrides: Sequence[str]) -> list[str]:
    """Return `fusegate retrain` as a process of its own, by the Python that runs now.

    Args:
        config: The configuration's file.
        overrides: `section.key=value` texts.
    """
    options = [part for override in overrides for part in ("--set", override)]
    return [sys.executable, "-m", "pipeline.cli", "retrain", "--config", str(config.absolute()), *options]


def retrain_environment() -> dict[str, str]:
    """Return the variables that a timer's or cron's bare environment lacks.

    The PATH begins with the folder of this Python, since Beam and TFX start `python` by its name. Code that is not
    installed as a package needs its folder named.
    """
    environment = {"PATH": f"{Path(sys.executable).parent}:{SYSTEM_PATH}"}
    code = Path(__file__).parents[2]
    if str(code) not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        environment["PYTHONPATH"] = str(code)
    return environment
