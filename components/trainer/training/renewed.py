"""A model that is fitted several times, on folds or with several seeds, and built and traced once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from components.trainer.training.compile_model import compile_model

COSINE = "cosine"


class Renewed:
    """Makes a model as a function that builds one does, but gives back the same one each time, as new.

    Keras traces a training step once per compiled model; on small data that takes longer than the epochs. The weights
    and random states of each call are those that a fresh model would have, so that results do not change by it. What
    a call gave is good until the next one.

    Args:
        make_model: Builds the model, each time alike but for what is random.

    Example:
        >>> make = Renewed(build)
        >>> make() is make()
        True
    """

    def __init__(self, make_model: Callable[[], keras.Model]):
        self._make_model = make_model
        self._model: Any = None
        self._variables: list[Any] = []
        self._compiled: tuple[dict[str, Any], int | None] | None = None
        self._initial: list[Any] = []

    def __call__(self) -> keras.Model:
        """Return the model with initial weights."""
        fresh = self._make_model()
        if self._model is None:
            self._model, self._variables = fresh, list(fresh.variables)
        else:
            for variable, value in zip(self._variables, fresh.variables, strict=True):
                variable.assign(value)
        return self._model

    def compile(self, spec: Mapping[str, Any], steps: int) -> None:
        """Compile the model, or where that was done alike, bring its optimizer back to its beginning.

        Args:
            spec: As `compile_model` takes it.
            steps: Batches in an epoch.
        """
        options = {name: spec.get(name) for name in ("learning_rate", "schedule", "auxiliary_weight")}
        over = steps * spec["epochs"] if spec.get("schedule") == COSINE else None
        if self._compiled != (options, over):
            self._compiled = options, over
            compile_model(self._model, spec, steps)
            self._model.optimizer.build(self._model.trainable_variables)
            self._initial = [keras.ops.convert_to_numpy(variable) for variable in self._model.optimizer.variables]
        for variable, value in zip(self._model.optimizer.variables, self._initial, strict=True):
            variable.assign(value)
