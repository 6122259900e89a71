"""Fit one model: the same budget, seeds and early stopping for each part and for the fused model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from components import keys
from components.errors import InputError
from components.trainer.training.binding import Arrays, inputs_of, labels_of, main_logit
from components.trainer.training.checkpoint import Checkpoint
from components.trainer.training.eval_monitor import VAL_AUC, EvalMonitor
from components.trainer.training.example_weights import example_weights
from components.trainer.training.gradient_norms import GradientNorms
from components.trainer.training.progress_log import ProgressLog
from components.trainer.training.renewed import Renewed
from components.trainer.training.run_digest import run_digest
from components.trainer.training.shuffled_batches import shuffled_batches
from components.trainer.training.warm_start import warm_start

_PLATEAU_FACTOR = 0.5


@dataclasses.dataclass(frozen=True)
class Fitted:
    """A fitted model.

    Attributes:
        model: The model, with the weights of its best epoch.
        epochs: Epochs that were run.
        best_epoch: The epoch with the highest AUC on the eval split, the first of equals, counted from 1.
        eval_auc: Exact AUC on the eval split at the best epoch.
        history: By name, a number per epoch: `loss`, `auc` (in training, approximate), `val_loss`, `val_auc`,
            `learning_rate`, and where logs are written `gradient_norm_BRANCH`.
        seed: The seed that this model was fitted with.
        seed_aucs: AUC on the eval split by seed, of all fits of which this is the one with the median.
        warm_started: Paths of the weights that were loaded from `initial`.
        not_warm_started: Paths of the weights that were not.
    """

    model: keras.Model
    epochs: int
    best_epoch: int
    eval_auc: float
    history: dict[str, list[float]]
    seed: int
    seed_aucs: dict[int, float]
    warm_started: tuple[str, ...] = ()
    not_warm_started: tuple[str, ...] = ()


def fit(
    make_model: Callable[[], keras.Model],
    train: Arrays,
    evaluation: Arrays,
    spec: Mapping[str, Any],
    *,
    seed: int,
    name: str | None = None,
    folder: str | None = None,
    log_dir: str | None = None,
    initial: Mapping[str, NDArray] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Fit a model with binary cross-entropy from logits and early stopping on the eval split's AUC.

    With `tf.config.experimental.enable_op_determinism()` the same arguments give the same weights, byte by byte, also
    over a kill and a resume, provided that random layers keep their state in a `keras.random.SeedGenerator` of their
    own, as Keras's do, and that `callbacks` change nothing.

    Args:
        make_model: Builds the model, from a dict of inputs to one logit, shape (batch, 1), or to a dict of such logits
            of which `logit` is the main one and the others are auxiliary. It is called after the seed is set. Where it
            is a `Renewed`, the model that is returned is good until the next fit with it.
        train: The model's inputs and `label`, by name, the first axis being the examples.
        evaluation: The same for the eval split.
        spec: Section `train` of the configuration: `epochs`, `batch_size`, `learning_rate`, `patience`, and if they
            are not the defaults `schedule` (`constant`), `class_weight` (`none`), `auxiliary_weight` (0.3) and `seeds`
            (1): so many fits with the seeds `seed`, `seed` + 1, … are made, and the one with the median AUC, of an even
            number the lower middle one, is returned: a typical run, not the luckiest.
        seed: Of initial weights, dropout and the order of examples.
        name: For messages, logs and files; the model's own name if None.
        folder: Where checkpoints and finished fits are kept for a resume; the caller deletes it. A checkpoint of
            another model, data, spec or seed is not used. None keeps none.
        log_dir: Where TensorBoard's logs go, in a folder per name and seed.
        initial: Weights by path to start from, loaded where path and shape fit.
        callbacks: More callbacks; they see all figures of an epoch. Their own state is not kept in checkpoints.

    Returns:
        The model with the weights of its best epoch, and how it got there.

    Raises:
        InputError: A split has one class only, or an option is unknown.
        FusegateError: The loss is not finite any more.

    Reference:
        Prechelt 1998, "Early Stopping - But When?".
    """
    for split, arrays in ((keys.TRAIN, train), (keys.EVAL, evaluation)):
        _require_both_classes(split, arrays)
    renewed = make_model if isinstance(make_model, Renewed) else Renewed(make_model)
    runs = []
    for one in range(seed, seed + spec.get("seeds", 1)):
        run = _Run(spec, one, name, folder, log_dir, initial or {}, callbacks)
        fitted = run.fit(renewed, train, evaluation)
        runs.append((fitted, fitted.model.get_weights()))
    aucs = {fitted.seed: fitted.eval_auc for fitted, _ in runs}
    runs.sort(key=lambda run: run[0].eval_auc)
    median, weights = runs[(len(runs) - 1) // 2]
    median.model.set_weights(weights)
    return dataclasses.replace(median, seed_aucs=aucs)


def predict_logits(model: keras.Model, arrays: Arrays, batch_size: int = 256) -> NDArray[np.float32]:
    """Return a model's main logits, shape (n,)."""
    inputs = inputs_of(model, arrays)
    count = len(next(iter(inputs.values())))
    # Keras's predict() builds a dataset each time, which costs more than a small model does.
    batches = (
        {name: array[start : start + batch_size] for name, array in inputs.items()}
        for start in range(0, count, batch_size)
    )
    return np.concatenate([main_logit(model.predict_on_batch(batch))[:, 0] for batch in batches])


@dataclasses.dataclass(frozen=True)
class _Run:
    """A fit with one seed; see `fit` for the fields."""

    spec: Mapping[str, Any]
    seed: int
    name: str | None
    folder: str | None
    log_dir: str | None
    initial: Mapping[str, NDArray]
    callbacks: Sequence[keras.callbacks.Callback]

    def fit(self, renewed: Renewed, train: Arrays, evaluation: Arrays) -> Fitted:
        keras.utils.set_random_seed(self.seed)
        model = renewed()
        warm, cold = warm_start(model, self.initial)
        labels = labels_of(train)
        steps = -(-len(labels) // self.spec["batch_size"])
        renewed.compile(self.spec, steps)
        stop = keras.callbacks.EarlyStopping(
            VAL_AUC, mode="max", patience=self.spec["patience"], restore_best_weights=True
        )
        plateau = self._plateau()
        checkpoint = Checkpoint(self._path(model, train, evaluation), stop, plateau)
        if not checkpoint.restore(model):
            examples = self._examples(model, inputs_of(model, train), labels)
            model.fit(
                shuffled_batches(
                    examples,
                    self.spec["batch_size"],
                    seed=self.seed,
                    first_epoch=checkpoint.epoch,
                    epochs=self.spec["epochs"],
                ),
                shuffle=False,
                steps_per_epoch=steps,
                initial_epoch=checkpoint.epoch,
                epochs=self.spec["epochs"],
                callbacks=[
                    EvalMonitor(inputs_of(model, evaluation), labels_of(evaluation), self._name(model)),
                    # One more pass back over as many examples as a fold may have: for the logs alone.
                    *([GradientNorms(examples)] if self.log_dir else []),
                    stop,
                    *([plateau] if plateau else []),
                    *self.callbacks,
                    *self._tensorboard(model),
                    ProgressLog(self._name(model)),
                    checkpoint,
                ],
                verbose=0,
            )
        return Fitted(
            model,
            checkpoint.epoch,
            stop.best_epoch + 1,
            stop.best,
            checkpoint.history,
            self.seed,
            {self.seed: stop.best},
            warm,
            cold if self.initial else (),
        )

    def _name(self, model: keras.Model) -> str:
        return self.name or model.name

    def _examples(self, model: keras.Model, inputs: dict[str, NDArray], labels: NDArray) -> tuple[Any, ...]:
        """Inputs, the labels of each output, and weights if there are any."""
        targets = dict.fromkeys(model.output, labels) if isinstance(model.output, Mapping) else labels
        weights = example_weights(labels, self.spec.get("class_weight", "none"))
        return (inputs, targets) if weights is None else (inputs, targets, weights)

    def _plateau(self) -> keras.callbacks.ReduceLROnPlateau | None:
        if self.spec.get("schedule") != "plateau":
            return None
        # It has to come before early stopping does.
        patience = max(1, self.spec["patience"] // 2)
        return keras.callbacks.ReduceLROnPlateau(
            VAL_AUC, mode="max", factor=_PLATEAU_FACTOR, patience=patience, min_delta=0
        )

    def _path(self, model: keras.Model, train: Arrays, evaluation: Arrays) -> str | None:
        if self.folder is None:
            return None
        tf.io.gfile.makedirs(self.folder)
        splits = [inputs_of(model, arrays) | {keys.LABEL: labels_of(arrays)} for arrays in (train, evaluation)]
        digest = run_digest(model, splits, {**self.spec, "seed": self.seed})
        return f"{self.folder}/{self._name(model)}-{digest[:32]}.npz"

    def _tensorboard(self, model: keras.Model) -> list[keras.callbacks.Callback]:
        if self.log_dir is None:
            return []
        folder = f"{self.log_dir}/{self._name(model)}/seed_{self.seed}"
        return [keras.callbacks.TensorBoard(folder, write_graph=False)]


def _require_both_classes(split: str, arrays: Arrays) -> None:
    positive = int(labels_of(arrays).sum())
    count = len(arrays[keys.LABEL])
    if not 0 < positive < count:
        raise InputError(
            f"split {split} must hold both classes. Received: {positive} of {count} examples are positive. "
            "Give it more pairs, or change the shares of the splits"
        )
