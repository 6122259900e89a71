"""The `run_fn` of TFX's Trainer: reads what Transform made, trains, and exports one SavedModel."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from numpy.typing import NDArray
from tfx.components.trainer.fn_args_utils import FnArgs

from components import keys
from components.encoders import build
from components.trainer import model as models
from components.trainer.dataset import read_arrays
from components.trainer.export import FusedModule, export
from components.trainer.fit import Fitted, fit, predict_logits
from components.trainer.late import fit_late
from components.transform.preprocessing import VOCABULARY

MODEL_CARD = "assets.extra/fusegate.json"
_LOG = logging.getLogger("fusegate.trainer")
_BUILDERS = {
    keys.IMAGE_ONLY: models.build_image_only,
    keys.TEXT_ONLY: models.build_text_only,
    keys.FUSED: models.build_fused,
}


def run_fn(fn_args: FnArgs) -> None:
    """Train the parts and the fused model and export them.

    Args:
        fn_args: TFX's arguments; `custom_config` holds the configuration's sections `image`, `text`, `image_branch`,
            `text_branch` and `train`, the `seed`, and a digest of the code.
    """
    spec: dict[str, Any] = fn_args.custom_config
    tf.config.experimental.enable_op_determinism()
    transform = tft.TFTransformOutput(fn_args.transform_output)
    feature_spec = transform.transformed_feature_spec()
    train = read_arrays(fn_args.train_files, feature_spec)
    evaluation = read_arrays(fn_args.eval_files, feature_spec)
    fitted = train_models(spec, train, evaluation, _widths(transform, train))
    logits = np.column_stack([predict_logits(fitted[part].model, evaluation) for part in keys.PARTS])
    late_weights, late_bias = fit_late(logits, evaluation[keys.LABEL].ravel())
    module = FusedModule(
        build.build_image_encoder(spec["image"]),
        build.build_text_encoder(spec["text"]),
        transform.transform_features_layer(),
        {name: result.model for name, result in fitted.items()},
        late_weights,
        late_bias,
    )
    export(module, fn_args.serving_model_dir)
    _write_card(fn_args.serving_model_dir, spec, fitted)


def train_models(
    spec: Mapping[str, Any], train: Mapping[str, NDArray], evaluation: Mapping[str, NDArray], widths: models.Widths
) -> dict[str, Fitted]:
    """Train each part to its own best and the fused model, from the same seed and with the same budget.

    Args:
        spec: As `run_fn` takes it.
        train: Arrays of the train split by feature.
        evaluation: Arrays of the eval split by feature.
        widths: Sizes of the inputs.
    """
    statistics = {
        name: (train[name].mean(axis=0), train[name].var(axis=0) + 1e-6)
        for name in (keys.IMAGE_VECTOR, keys.TEXT_VECTOR)
        if name in train
    }
    fitted = {}
    for name, builder in _BUILDERS.items():
        keras.utils.set_random_seed(spec["seed"])
        fitted[name] = fit(builder(spec, widths, statistics), train, evaluation, spec["train"])
        _LOG.info("%s: %d epochs, AUC %.3f on eval", name, fitted[name].epochs, fitted[name].eval_auc)
    return fitted


def _widths(transform: tft.TFTransformOutput, train: Mapping[str, NDArray]) -> models.Widths:
    text = train.get(keys.TEXT_VECTOR)
    return models.Widths(
        image=train[keys.IMAGE_VECTOR].shape[1],
        text=None if text is None else text.shape[1],
        tokens=train[keys.TOKENS].shape[1],
        # Padding and the bucket of unknown words stand beside the vocabulary itself.
        vocabulary=transform.vocabulary_size_by_name(VOCABULARY) + 2,
    )


def _write_card(path: str, spec: Mapping[str, Any], fitted: Mapping[str, Fitted]) -> None:
    """Keep with the model what it was made from, so that equal models and only those are known as equal."""
    card = {
        "spec": spec,
        "eval": {name: {"epochs": result.epochs, "auc": result.eval_auc} for name, result in fitted.items()},
    }
    tf.io.gfile.makedirs(f"{path}/assets.extra")
    with tf.io.gfile.GFile(f"{path}/{MODEL_CARD}", "w") as file:
        json.dump(card, file, indent=2, sort_keys=True)
