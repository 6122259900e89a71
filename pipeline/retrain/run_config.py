"""The configuration of the run that retrains: the user's own, with what a retraining asks for."""

from __future__ import annotations

from pathlib import Path

import yaml

from components import keys
from components.durable import write_durably
from pipeline.config import Config
from pipeline.retrain.situation import Situation
from pipeline.retrain.state import FOLDER

RUN_FILE = "run.yaml"


def write_run_config(config: Config, situation: Situation) -> Path:
    """Write the configuration of a run, for `fusegate run --config`.

    The window is pinned to what was looked at, without the spans that cannot be used; the evaluation is sliced by span;
    the limits against the live model and the warm start are those of `retrain`; drift that is the reason to retrain
    does not stop it.

    Args:
        config: The user's configuration.
        situation: What was decided on.

    Returns:
        The file.
    """
    values = config.model_dump(mode="json")
    settings, data, gate = config.retrain, values["data"], values["gate"]
    data["span"] = situation.window[-1]
    data["leave_out"] = sorted({*data["leave_out"], *(bad.span for bad in situation.bad)})
    data["slices"] = list(dict.fromkeys([*data["slices"], keys.SPAN]))
    gate["max_drop"], gate["newest_max_drop"] = settings.max_drop, settings.newest_max_drop
    values["train"]["warm_start"] = settings.warm_start
    if settings.on_drift == "retrain" and values["data_gate"]["drift"] == "block":
        values["data_gate"]["drift"] = "warn"
    path = config.output / FOLDER / RUN_FILE
    write_durably(path, yaml.safe_dump(values, sort_keys=False))
    return path
