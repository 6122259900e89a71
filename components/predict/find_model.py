"""Find the model that is to score: what is live in a push destination, or one version of it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import tensorflow as tf

from components import keys
from components.errors import InputError
from components.live_model import registry
from components.pairs.limits import PairLimits
from components.variant.with_variant import served_output


@dataclasses.dataclass(frozen=True)
class PushedModel:
    """A SavedModel that can be asked.

    Args:
        path: Its folder.
        digest: Of its content, see `components.live_model.registry.model_digest`.
        served: The output that it serves as `probability`.
        limits: What a usable pair is, as it was trained; texts may be empty.
    """

    path: str
    digest: str
    served: str
    limits: PairLimits


def find_model(folder: str) -> PushedModel:
    """Find a model.

    Args:
        folder: A push destination, of which the live version is taken, or the folder of a version.

    Raises:
        InputError: There is no SavedModel of Fusegate's.
    """
    path = folder.rstrip("/")
    if not tf.io.gfile.exists(f"{path}/{registry.SAVED_MODEL}"):
        version = registry.live_version(path)
        if version is None:
            raise InputError(
                "--model must be a push destination with a live version, or the folder of a version. "
                f"Received: {folder}, which holds neither. It is named `models` in the output folder, or push_to"
            )
        path = registry.version_path(path, version)
    card = f"{path}/{keys.MODEL_CARD}"
    if not tf.io.gfile.exists(card):
        raise InputError(
            f"--model must be a model that Fusegate exported. Received: {path}, which has no {keys.MODEL_CARD}. "
            "Take another model"
        )
    with tf.io.gfile.GFile(card) as file:
        told: dict[str, Any] = json.load(file)["spec"].get("limits", {})
    limits = dataclasses.replace(PairLimits(**told), allow_empty_text=True)
    return PushedModel(path, registry.model_digest(path), served_output(path), limits)
