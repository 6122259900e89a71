"""Preflight inside anyone's own `fit`."""

from __future__ import annotations

import logging

import keras
import numpy as np
import pytest
from keras import layers

from components.preflight.callback import PreflightCallback, PreflightError
from tests.components.preflight.arrays import labels, vector
from tests.components.preflight.models import dense


def test_error_stops_before_the_first_step() -> None:
    model = dense(1, "softmax")
    with pytest.raises(PreflightError, match="FG001") as stopped:
        model.fit(vector(), labels(), verbose=0, callbacks=[PreflightCallback()])
    assert int(model.optimizer.iterations) == 0
    assert stopped.value.report.codes == {"FG001"}


def test_warning_is_logged_and_training_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    model, y = dense(), np.sort(labels())
    with caplog.at_level(logging.WARNING):
        model.fit(vector(), y, epochs=2, verbose=0, callbacks=[PreflightCallback((vector(), y))])
    assert "FG018" in caplog.text
    assert int(model.optimizer.iterations) == 4


def test_right_model_trains_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    x, y = vector(rows=128), labels(128)
    callback = PreflightCallback((x[:96], y[:96]), (x[96:], y[96:]))
    with caplog.at_level(logging.WARNING, logger="components"):
        dense().fit(x[:96], y[:96], epochs=4, verbose=0, callbacks=[callback])
    assert caplog.text == ""


def test_output_that_becomes_constant_in_training_is_seen() -> None:
    model = dense()
    model.compile(keras.optimizers.SGD(1e6), "binary_crossentropy")
    with pytest.raises(PreflightError, match="FG0"):
        model.fit(vector(), np.zeros(64), epochs=3, verbose=0, callbacks=[PreflightCallback((vector(), labels()))])
    assert int(model.optimizer.iterations) > 0


def test_fingerprint_in_the_logged_loss_is_seen_without_arrays() -> None:
    model = keras.Sequential(
        [keras.Input((8,)), layers.Dense(1, bias_initializer=keras.initializers.Constant(100.0)), Clipped()]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    with pytest.raises(PreflightError, match="FG003"):
        model.fit(vector(), labels(), epochs=3, verbose=0, callbacks=[PreflightCallback()])


class Clipped(layers.Layer):
    """A probability of one's own making, whose logits Keras does not know."""

    def call(self, inputs: object) -> object:
        return 0.5 + 0.5 * keras.ops.tanh(inputs / 2)
