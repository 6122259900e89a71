"""Set the live version aside as a baseline."""

from __future__ import annotations

from components.live_model import registry
from components.live_model.set_aside import SetAside, write_set_aside
from pipeline.config import Config
from pipeline.registry_actions import BASELINE_RESET, live_or_refuse, recorded


def reset_baseline(config: Config, why: str) -> int:
    """Set the live version aside until another one goes live, and keep in ML Metadata that and why it was done.

    Args:
        config: The pipeline whose registry it is.
        why: The reason.

    Returns:
        The version.

    Raises:
        InputError: Nothing is live, no reason, or a run goes on.

    Reference:
        TFX issue 4390: a lucky old baseline blocks all successors.
    """
    live = live_or_refuse(config)
    with recorded(config, BASELINE_RESET, why, live) as action:
        content = SetAside(live, why, action.at.isoformat(timespec="seconds"))
        write_set_aside(f"{config.models}/{registry.RECORDS}", content)
    return live
