"""From the card that the Trainer leaves with a model to what the report tells of the training."""

from __future__ import annotations

import json

import tensorflow as tf
from tfx.utils import path_utils

from components.keys import MODEL_CARD
from pipeline.report.interval import Interval
from pipeline.report.training import HeadChoice, ReliabilityBin, Training


def read_training(model_uri: str) -> Training:
    """Read the card of a Trainer's model artifact."""
    with tf.io.gfile.GFile(f"{path_utils.serving_model_path(model_uri)}/{MODEL_CARD}") as file:
        told = json.load(file)["training"]
    decision = told["decision"]
    return Training(
        heads=[
            HeadChoice(
                row["head"],
                Interval(row["auc"], row["lower"], row["upper"]),
                row["behind"],
                row["error"],
                row["head"] == told["head"],
            )
            for row in told["candidates"]
        ],
        branches={
            f"{part}: {kind}": branch["eval_auc"]
            for part, made in told["parts"].items()
            for kind, branch in made["branches"].items()
        },
        threshold=decision["threshold"],
        aim=decision["aim"],
        precision=decision["precision"],
        recall=decision["recall"],
        calibration_error=told["calibration_error"],
        reliability=[ReliabilityBin(**row) for row in told["reliability"]],
        warnings=[f"{finding['code']} {finding['title']}: {finding['sentence']}" for finding in told["preflight"]],
        warm_start=told.get("warm_start", []),
    )
