"""The fusion heads as fitted things: their logits on arrays, and their place in a Keras graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components import keys
from components.trainer.features import apply
from components.trainer.fit import Fitted, predict_logits
from components.trainer.interaction import Interaction, fit_interaction
from components.trainer.parts import Part
from components.trainer.setting import Arrays, Setting, labels_of
from components.trainer.stack import Stack
from components.trainer.training.binding import LOGIT
from components.trainer.training.renewed import Renewed

Tensors = Mapping[str, keras.KerasTensor]
Logits = NDArray[np.floating]


@dataclasses.dataclass(frozen=True)
class Late:
    """The calibrated ensemble of the parts."""

    parts: tuple[Part, ...]
    stack: Stack

    def score(self, arrays: Arrays) -> Logits:
        """Return its logits, (n,)."""
        return self.stack(np.column_stack([part.score(arrays) for part in self.parts]))

    @property
    def out_of_fold(self) -> Logits:
        """Its logits for the training examples, from parts that were not fitted on them, (n,)."""
        return self.stack(np.column_stack([part.out_of_fold for part in self.parts]))


@dataclasses.dataclass(frozen=True)
class Head:
    """A fitted fusion head.

    Attributes:
        name: As in the configuration.
        score: Returns its logits, (n,), of arrays.
        connect: Returns its logit, (batch, 1), of the tensors of features and of the late ensemble's logit.
        details: What is told of the fit, in plain values.
        model: The Keras model that was trained for it, if there is one.
    """

    name: str
    score: Callable[[Arrays], Logits]
    connect: Callable[[Tensors, keras.KerasTensor], keras.KerasTensor]
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    model: keras.Model | None = None


def fit_residual(late: Late, text: keras.Model, setting: Setting) -> Head:
    """Fit the head that starts at the late ensemble and can only add to it.

    Args:
        late: The ensemble.
        text: From text inputs to the features that are compared, as `build_text_features` makes it.
        setting: Data and configuration.
    """
    found = fit_interaction(
        setting.train[keys.IMAGE_CONDENSED],
        apply(text, setting.train)[keys.TEXT_FEATURES],
        late.out_of_fold,
        labels_of(setting.train),
        setting.folds,
        setting.weights,
        landmarks=setting.spec["train"]["landmarks"],
        seed=setting.spec["seed"],
    )

    def score(arrays: Arrays) -> Logits:
        vectors = apply(text, arrays)[keys.TEXT_FEATURES]
        return late.score(arrays) + found(arrays[keys.IMAGE_CONDENSED], vectors)

    def connect(features: Tensors, late_logit: keras.KerasTensor) -> keras.KerasTensor:
        vector = text({name: features[name] for name in text.input})[keys.TEXT_FEATURES]
        values = found.kernel(features[keys.IMAGE_CONDENSED], vector)
        return keras.layers.Add(name="residual")([late_logit, _weigh(found)(values)])

    ridge = found.ridge if np.isfinite(found.ridge) else None
    return Head(keys.RESIDUAL, score, connect, {"ridge": ridge, "landmarks": len(found.weights)})


def _weigh(found: Interaction) -> keras.layers.Layer:
    layer = keras.layers.Dense(1, trainable=False, name="interaction")
    layer.build((None, len(found.weights)))
    layer.set_weights([found.weights[:, None], np.array([found.bias])])
    return layer


def fit_joint(
    name: str, renewed: Renewed, setting: Setting, label: str | None = None, stop_on: NDArray[np.bool_] | None = None
) -> Head:
    """Fit a head that is trained jointly with its branches, under its own name or a label; see `Setting.fit`."""
    fitted = setting.fit(renewed, label or name, stop_on=stop_on)

    def connect(features: Tensors, late_logit: keras.KerasTensor) -> keras.KerasTensor:
        return fitted.model({key: features[key] for key in fitted.model.input})[LOGIT]

    return Head(name, lambda arrays: predict_logits(fitted.model, arrays), connect, _told(fitted), fitted.model)


def late_head(late: Late) -> Head:
    """Return the late ensemble as a head."""
    return Head(keys.LATE, late.score, lambda features, late_logit: late_logit)


def _told(fitted: Fitted) -> dict[str, Any]:
    seeds = {str(seed): auc for seed, auc in fitted.seed_aucs.items()}
    return {
        "epochs": fitted.epochs,
        "best_epoch": fitted.best_epoch,
        "eval_auc": fitted.eval_auc,
        "seed_aucs": seeds,
        "warm_started": len(fitted.warm_started),
    }
