from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.trainer.fit import fit
from components.trainer.training.renewed import Renewed
from tests.components.trainer.test_fit import EVAL, SPEC, TRAIN, assert_same, two_branches

FEWER = {name: array[:50] for name, array in TRAIN.items()}


@pytest.fixture(autouse=True, scope="module")
def _deterministic_ops() -> None:
    tf.config.experimental.enable_op_determinism()


@pytest.mark.parametrize("option", [{"schedule": "constant"}, {"schedule": "cosine"}, {"schedule": "plateau"}])
def test_a_fit_with_a_used_model_ends_as_one_with_a_new_model(option: dict[str, Any]) -> None:
    spec = SPEC | {"patience": 2} | option
    renewed = Renewed(two_branches)
    fit(renewed, FEWER, EVAL, spec, seed=8)
    assert_same(fit(renewed, TRAIN, EVAL, spec, seed=3), fit(two_branches, TRAIN, EVAL, spec, seed=3))


def test_fits_of_several_seeds_and_folds_trace_the_model_once_each_way() -> None:
    calls = []

    class Counted(keras.layers.Layer):
        def call(self, inputs: Any, training: bool = False) -> Any:
            if not isinstance(inputs, keras.KerasTensor):
                calls.append(training)
            return inputs

    def counted() -> keras.Model:
        vector = keras.Input((6,), name="vector")
        return keras.Model({"vector": vector}, keras.layers.Dense(1, name="logit")(Counted()(vector)))

    renewed = Renewed(counted)
    fit(renewed, TRAIN, EVAL, SPEC | {"epochs": 2}, seed=1)
    once = calls.count(True)
    fit(renewed, FEWER, EVAL, SPEC | {"epochs": 2, "seeds": 3}, seed=1)
    assert calls.count(True) == once > 0


def test_the_model_of_the_median_seed_has_its_own_weights() -> None:
    several = fit(two_branches, TRAIN, EVAL, SPEC | {"seeds": 3}, seed=1)
    alone = fit(two_branches, TRAIN, EVAL, SPEC, seed=several.seed)
    for left, right in zip(several.model.get_weights(), alone.model.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
