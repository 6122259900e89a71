"""The parts: what each half says alone, fitted to its own best."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from components import keys
from components.bootstrap import exact_auc
from components.trainer.branches import build_dense, build_linear, build_tokens
from components.trainer.fit import predict_logits
from components.trainer.folds import each_fold
from components.trainer.linear import fit_linear
from components.trainer.setting import Arrays, Rows, Setting, labels_of
from components.trainer.stack import Stack, fit_stack
from components.trainer.training.renewed import Renewed

Logits = NDArray[np.floating]
_LOG = logging.getLogger("fusegate.trainer")
# Inputs of the convex branches.
_LINEAR = {
    keys.LINEAR: (keys.IMAGE_FEATURES,),
    keys.SENTENCE: (keys.SENTENCE_FEATURES,),
    keys.LEXICAL: (keys.WORDS, keys.CHARACTERS),
}


@dataclasses.dataclass(frozen=True)
class Branch:
    """A fitted branch.

    Attributes:
        kind: As in the configuration.
        model: From a dict of features to one logit.
        score: Returns its logits, (n,), of arrays.
        out_of_fold: Its logits for the training examples, each from a model that was not fitted on its fold, (n,).
        details: What is told of the fit, in plain values.
    """

    kind: str
    model: keras.Model
    score: Callable[[Arrays], Logits]
    out_of_fold: Logits
    details: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Part:
    """A half's branches, stacked where there are several."""

    name: str
    branches: tuple[Branch, ...]
    stack: Stack
    out_of_fold: Logits

    def score(self, arrays: Arrays) -> Logits:
        """Return the part's logits, shape (n,)."""
        return self.stack(np.column_stack([branch.score(arrays) for branch in self.branches]))


def fit_part(name: str, kinds: tuple[str, ...], setting: Setting) -> Part:
    """Fit the branches of a half and stack them.

    Args:
        name: `image_only` or `text_only`.
        kinds: The kinds of its branches.
        setting: Data and configuration.

    Returns:
        The part; a single branch stands for itself, several are stacked on their scores out of fold.
    """
    branches = tuple(_fit_branch(kind, setting) for kind in kinds)
    out_of_fold = np.column_stack([branch.out_of_fold for branch in branches])
    stack = Stack(np.ones(1), 0.0)
    if len(branches) > 1:
        stack = fit_stack(out_of_fold, labels_of(setting.train), setting.weights)
    return Part(name, branches, stack, stack(out_of_fold))


def _fit_branch(kind: str, setting: Setting) -> Branch:
    branch = _linear(kind, setting) if kind in _LINEAR else _trained(kind, setting)
    auc = exact_auc(branch.score(setting.evaluation), labels_of(setting.evaluation))
    _LOG.info("%s: AUC %.3f on eval", kind, auc)
    return dataclasses.replace(branch, details={**branch.details, "eval_auc": auc})


def _linear(kind: str, setting: Setting) -> Branch:
    names = _LINEAR[kind]
    fitted = fit_linear(_matrix(names, setting.train), labels_of(setting.train), setting.folds, setting.weights)
    widths = {name: setting.train[name].shape[1] for name in names}
    return Branch(
        kind,
        build_linear(kind, widths, fitted.weights, fitted.bias),
        lambda arrays: _matrix(names, arrays) @ fitted.weights + fitted.bias,
        fitted.out_of_fold,
        {"strength": fitted.strength},
    )


def _matrix(names: tuple[str, ...], arrays: Arrays) -> Any:
    if len(names) == 1:
        return arrays[names[0]]
    return sparse.hstack([arrays[name] for name in names], format="csr")


def _trained(kind: str, setting: Setting) -> Branch:
    @Renewed
    def build() -> keras.Model:
        if kind == keys.DENSE:
            return build_dense(setting.spec, setting.widths)
        return build_tokens(kind, setting.spec, setting.widths)

    out_of_fold = np.zeros(len(setting.folds))
    for number, (fit_on, held_out) in enumerate(each_fold(setting.folds)):
        partial = setting.fit(build, f"{kind}-fold{number}", rows=fit_on)
        out_of_fold[held_out] = predict_logits(partial.model, Rows(setting.train, held_out))
    fitted = setting.fit(build, kind)
    return Branch(
        kind,
        fitted.model,
        lambda arrays: predict_logits(fitted.model, arrays),
        out_of_fold,
        {
            "epochs": fitted.epochs,
            "best_epoch": fitted.best_epoch,
            "seed_aucs": {str(seed): auc for seed, auc in fitted.seed_aucs.items()},
            "warm_started": len(fitted.warm_started),
        },
    )
