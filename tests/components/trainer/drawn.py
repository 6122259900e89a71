"""Small drawn data and settings for the trainer's tests: vectors instead of pictures and texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from components import keys
from components.trainer.branches import Widths
from components.trainer.features import build_features, features_of
from components.trainer.folds import make_folds
from components.trainer.setting import Setting

SPEC: dict[str, Any] = {
    "seed": 7,
    "image_branch": {
        "kind": "linear",
        "root": True,
        "normalize": True,
        "components": None,
        "condensed_width": 6,
        "input_dropout": 0.0,
        "dense": [8],
        "l2": 1e-5,
        "dropout": 0.1,
    },
    "text_branch": {
        "kinds": ["lexical", "sentence"],
        "lexical_width": 4,
        "embedding": 8,
        "lstm": 8,
        "dropout": 0.1,
        "dense": 8,
    },
    "train": {
        "head": "auto",
        "candidates": ["late", "residual"],
        "landmarks": 128,
        "width": 8,
        "modality_dropout": 0.1,
        "auxiliary_weight": 0.3,
        "folds": 3,
        "class_weight": "none",
        "seeds": 1,
        "epochs": 6,
        "batch_size": 32,
        "learning_rate": 1e-2,
        "schedule": "constant",
        "patience": 6,
        "decision": {"aim": "f1", "precision": 0.9, "false_positive_cost": 1.0, "false_negative_cost": 1.0},
    },
}
VOCABULARY = 20


def draw(count: int, seed: int, *, alone: float = 1.0, together: float = 0.0) -> dict[str, Any]:
    """Draw arrays as `read_arrays` returns them.

    Args:
        count: Examples.
        seed: Of the drawing.
        alone: Shift of each half's first number by the label.
        together: Weight of the product of the halves' second numbers in the label; with `alone` 0 nothing else counts.
    """
    rng = np.random.default_rng(seed)
    image, text = rng.normal(size=(count, 6)), rng.normal(size=(count, 5))
    labels = rng.integers(0, 2, count)
    if together:
        labels = (image[:, 1] * text[:, 1] > 0).astype(int)
    image[:, 0] += alone * labels
    text[:, 0] += alone * labels
    words = np.clip(rng.poisson(0.5, (count, 12)).astype("float32"), 0, 3)
    words[:, 0] += labels if alone else 0
    tokens = rng.integers(3, VOCABULARY, (count, 5))
    tokens[:, 0] = 1 + labels if alone else 1
    return {
        keys.ID: np.array([[f"{index:05d}".encode()] for index in range(count)]),
        keys.GROUP: np.array([[f"g{index:05d}".encode()] for index in range(count)]),
        keys.IMAGE_VECTOR: image.astype("float32"),
        keys.TEXT_VECTOR: text.astype("float32"),
        keys.WORDS: sparse.csr_matrix(words),
        keys.CHARACTERS: sparse.csr_matrix(words[:, ::-1]),
        keys.TOKENS: tokens,
        keys.LABEL: labels[:, None],
    }


def merge(base: dict[str, Any], **sections: dict[str, Any]) -> dict[str, Any]:
    """Override keys of a specification's sections."""
    return {**base, **{name: {**base[name], **values} for name, values in sections.items()}}


def make_setting(spec: dict[str, Any], train: dict[str, Any], evaluation: dict[str, Any], **more: Any) -> tuple:
    """Return the features' model and the setting."""
    features = build_features(spec, train, spec["seed"])
    train, evaluation = ({**arrays, **features_of(features, arrays)} for arrays in (train, evaluation))

    def width(name: str) -> int | None:
        return train[name].shape[1] if name in train else None

    labels = train[keys.LABEL].ravel()
    setting = Setting(
        spec=spec,
        train=train,
        evaluation=evaluation,
        folds=make_folds(labels, train[keys.GROUP].ravel(), spec["train"]["folds"], spec["seed"]),
        weights=np.ones(len(labels)),
        widths=Widths(
            train[keys.IMAGE_FEATURES].shape[1],
            width(keys.SENTENCE_FEATURES),
            width(keys.LEXICAL_VECTOR),
            train[keys.TOKENS].shape[1],
            VOCABULARY,
        ),
        **more,
    )
    return features, setting
