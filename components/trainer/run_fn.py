"""The `run_fn` of TFX's Trainer: reads what Transform made, trains, and exports one SavedModel."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tfx.components.trainer.fn_args_utils import FnArgs

from components import keys
from components.encoders import build
from components.encoders.encoder import FrozenEncoder
from components.encoders.given_vector import GivenVector
from components.pairs.limits import PairLimits
from components.trainer.branches import Widths
from components.trainer.dataset import Split
from components.trainer.export import FusedModule, export
from components.trainer.folds import make_folds
from components.trainer.judge_outputs import judge_outputs
from components.trainer.kept_weights import KeptWeights, keep_weights, read_weights
from components.trainer.read_features import read_features
from components.trainer.setting import Setting, labels_of
from components.trainer.train import Trained, train
from components.trainer.training.example_weights import example_weights
from components.trainer.training_path import keep_training_path, score_outputs
from components.trainer.transform_graph import TransformGraph
from components.trainer.warm_up import write_warm_up
from components.transform.preprocessing import VOCABULARY


def run_fn(fn_args: FnArgs) -> None:
    """Train the parts and the fused model and export them.

    Args:
        fn_args: TFX's arguments; `custom_config` holds the configuration's sections `image`, `text`, `image_branch`,
            `text_branch` and `train`, the `seed`, the `limits` of a pair, a folder for `checkpoints`, and a digest of
            the code.
    """
    spec: dict[str, Any] = fn_args.custom_config
    tf.config.experimental.enable_op_determinism()
    transform = tft.TFTransformOutput(fn_args.transform_output)
    sizes = {
        keys.WORDS: spec["text_branch"]["word_buckets"],
        keys.CHARACTERS: spec["text_branch"]["character_buckets"],
    }
    graph = TransformGraph(transform)
    # Traced once for both, and not within the graph's own module, which is exported.
    apply = tf.function(graph, autograph=False)
    train_split, eval_split = (
        Split(files, apply, transform.raw_feature_spec(), sizes) for files in (fn_args.train_files, fn_args.eval_files)
    )
    features, arrays, evaluation = read_features(spec, train_split, eval_split)
    condensed = arrays[keys.IMAGE_FEATURES].shape[1] < train_split.vector_width
    labels = labels_of(arrays)
    weights = example_weights(labels[:, None], spec["train"]["class_weight"])
    vocabulary = _vocabulary(transform, arrays)
    checkpoints = f"{spec['checkpoints']}/{_digest(fn_args, spec)}"
    setting = Setting(
        spec=spec,
        train=arrays,
        evaluation=evaluation,
        folds=make_folds(labels, arrays[keys.GROUP].reshape(-1), spec["train"]["folds"], spec["seed"]),
        weights=np.ones(len(labels)) if weights is None else weights.astype(np.float64),
        widths=_widths(vocabulary, arrays),
        folder=checkpoints,
        log_dir=fn_args.model_run_dir,
        initial=read_weights(fn_args.base_model, vocabulary, spec, condensed=condensed)
        if spec["train"]["warm_start"]
        else KeptWeights(),
    )
    trained = train(features, setting)
    scores = score_outputs(trained.model, eval_split, evaluation, trained.calibrations)
    judged = judge_outputs(scores, labels_of(evaluation), spec["train"]["decision"])
    judged[keys.FUSED] |= dataclasses.asdict(trained.decision)
    text_encoder = build.build_text_encoder(spec["text"])
    thresholds = {name: each["threshold"] for name, each in judged.items()}
    path = fn_args.serving_model_dir
    export(_module(spec, text_encoder, graph, trained, sizes, thresholds), path)
    keep_weights(path, trained.trained, vocabulary)
    write_warm_up(path, text_encoder.width if isinstance(text_encoder, GivenVector) else None)
    _write_card(path, spec, trained.details | {"outputs": judged})
    # Beside the SavedModel, not inside: it is of no use to who serves it.
    keep_training_path(path.rstrip("/").rsplit("/", 1)[0], evaluation, scores)
    if tf.io.gfile.exists(checkpoints):
        tf.io.gfile.rmtree(checkpoints)


def _module(
    spec: Mapping[str, Any],
    text_encoder: FrozenEncoder | None,
    transform: TransformGraph,
    trained: Trained,
    sizes: Mapping[str, int],
    thresholds: Mapping[str, float],
) -> FusedModule:
    """Return what is exported."""
    return FusedModule(
        build.build_image_encoder(spec["image"]),
        text_encoder,
        transform,
        trained.model,
        sizes,
        trained.calibrations,
        trained.base_rate,
        thresholds,
        PairLimits(**spec["limits"]),
    )


def _digest(fn_args: FnArgs, spec: Mapping[str, Any]) -> str:
    """Name the training by its inputs, so that a run that is made again finds what a killed one has left."""
    named = [
        fn_args.transform_output,
        fn_args.base_model,
        sorted(fn_args.train_files),
        sorted(fn_args.eval_files),
        spec,
    ]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


def _vocabulary(transform: tft.TFTransformOutput, arrays: Mapping[str, Any]) -> list[str]:
    """Return the words in the order of their ids; none where no branch has any."""
    if keys.TOKENS not in arrays:
        return []
    return [word.decode() for word in transform.vocabulary_by_name(VOCABULARY)]


def _widths(vocabulary: list[str], arrays: Mapping[str, Any]) -> Widths:
    def width(name: str) -> int | None:
        return arrays[name].shape[1] if name in arrays else None

    return Widths(
        image=arrays[keys.IMAGE_FEATURES].shape[1],
        sentence=width(keys.SENTENCE_FEATURES),
        lexical=width(keys.LEXICAL_VECTOR),
        tokens=width(keys.TOKENS),
        # Padding and the bucket of unknown words stand beside the vocabulary itself.
        vocabulary=len(vocabulary) + 2,
    )


def _write_card(path: str, spec: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    """Keep with the model what it was made from, so that equal models and only those are known as equal."""
    spec = {key: value for key, value in spec.items() if key != "checkpoints"}
    tf.io.gfile.makedirs(f"{path}/assets.extra")
    with tf.io.gfile.GFile(f"{path}/{keys.MODEL_CARD}", "w") as file:
        json.dump({"spec": spec, "training": details}, file, indent=2, sort_keys=True)
