"""What every fit of one training shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components import keys
from components.preflight.finding import Finding
from components.trainer.branches import Widths
from components.trainer.check_model import check_model
from components.trainer.fit import Fitted, fit
from components.trainer.kept_weights import KeptWeights
from components.trainer.training.renewed import Renewed

Arrays = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Setting:
    """Data, configuration and folders of one training.

    Attributes:
        spec: Sections `image_branch`, `text_branch` and `train`, and the `seed`.
        train: Arrays of the train split, with the features.
        evaluation: The same of the eval split.
        folds: Fold of each training example, (n,).
        weights: Weight of each training example in the loss, (n,).
        widths: Sizes of the inputs.
        folder: Where checkpoints are kept, or None.
        log_dir: Where TensorBoard's logs go, or None.
        initial: Weights to start from.
        findings: What preflight warns of, added to as models are checked.
        warm_started: What each model was started from, a sentence each, added to as models are fitted.
    """

    spec: Mapping[str, Any]
    train: Arrays
    evaluation: Arrays
    folds: NDArray[np.int64]
    weights: NDArray[np.floating]
    widths: Widths
    folder: str | None = None
    log_dir: str | None = None
    initial: KeptWeights = dataclasses.field(default_factory=KeptWeights)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    warm_started: list[str] = dataclasses.field(default_factory=list)

    def check(self, model: keras.Model) -> None:
        """Let preflight look at a fresh model and this data; its errors are raised."""
        found = check_model(model, self.train, self.evaluation, self.spec["train"]["learning_rate"])
        self.findings.extend(found)

    def fit(
        self,
        make_model: Renewed,
        name: str,
        rows: NDArray[np.bool_] | None = None,
        stop_on: NDArray[np.bool_] | None = None,
    ) -> Fitted:
        """Fit a model, on all of the splits or on some of their rows.

        Args:
            make_model: Builds it; what is returned is good until the next fit with it.
            name: Of the model, for logs and for weights to start from.
            rows: Mask of the training examples to fit on; such a fit is one of many and made with one seed.
            stop_on: Mask of the eval examples that early stopping looks at.
        """
        whole = rows is None and stop_on is None
        spec = self.spec["train"] if whole else {**self.spec["train"], "seeds": 1}

        if whole:
            keras.utils.set_random_seed(self.spec["seed"])
            self.check(make_model())
        fitted = fit(
            make_model,
            self.train if rows is None else Rows(self.train, rows),
            self.evaluation if stop_on is None else Rows(self.evaluation, stop_on),
            spec,
            seed=self.spec["seed"],
            name=name,
            folder=self.folder,
            log_dir=self.log_dir if whole else None,
            initial=self.initial.weights.get(name),
        )
        if whole and spec.get("warm_start"):
            self.warm_started.append(self._started_from(name, fitted))
        return fitted

    def _started_from(self, name: str, fitted: Fitted) -> str:
        if name not in self.initial.weights:
            return f"{name} started from new weights: {self.initial.why_new(name)}"
        loaded, new = len(fitted.warm_started), fitted.not_warm_started
        told = f"{name} started from {loaded} of the live model's weights"
        return f"{told}; new, for their shapes differ: {', '.join(new)}" if new else told


class Rows(Mapping[str, Any]):
    """Some rows of every array, each taken as it is asked for: a model of the texts does not copy the pictures.

    Args:
        arrays: By name.
        rows: Mask of the examples.
    """

    def __init__(self, arrays: Arrays, rows: NDArray[np.bool_]):
        self._arrays = arrays
        self._rows = rows

    def __getitem__(self, name: str) -> Any:
        return self._arrays[name][self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def labels_of(arrays: Arrays) -> NDArray[np.int64]:
    """Return the labels as a flat array, shape (n,)."""
    return np.asarray(arrays[keys.LABEL]).reshape(-1)
