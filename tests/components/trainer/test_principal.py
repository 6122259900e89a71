from __future__ import annotations

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

from components.trainer.principal import principal


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    rng = np.random.default_rng(5)
    return (rng.normal(size=(40, 6)) @ rng.normal(size=(6, 300)) + rng.normal(size=(40, 300)) + 7).astype("float32")


def apply(layer: keras.layers.Layer, values: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(layer(values))


def test_components_are_those_of_scikit_learn_but_for_sign_and_one_factor(values: np.ndarray) -> None:
    made = apply(principal(values, 5), values)
    wanted = PCA(5, svd_solver="full").fit_transform(values.astype("float64"))
    factor = made.std(axis=0) / wanted.std(axis=0)
    np.testing.assert_allclose(factor, factor[0], rtol=1e-4)
    signs = np.sign((made * wanted).sum(axis=0))
    np.testing.assert_allclose(made, wanted * signs * factor[0], atol=2e-3)
    assert made.var(axis=0).mean() == pytest.approx(1, rel=1e-3)


def test_as_many_components_as_examples_lose_nothing_of_them(values: np.ndarray) -> None:
    made = apply(principal(values, 1000), values)
    assert made.shape == (40, 39)  # The mean is taken off, and with it one direction.

    def distances(rows: np.ndarray) -> np.ndarray:
        return np.linalg.norm(rows[:, None] - rows[None], axis=2)

    apart = distances(values) / (distances(made) + np.eye(40))
    np.testing.assert_allclose(apart[~np.eye(40, dtype=bool)], apart[0, 1], rtol=1e-3)


def test_equal_examples_give_equal_weights(values: np.ndarray) -> None:
    one, other = principal(values, 8).get_weights(), principal(values.copy(), 8).get_weights()
    assert all(np.array_equal(*pair) for pair in zip(one, other, strict=True))
