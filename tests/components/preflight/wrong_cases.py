"""Wrong models and arrays, each with the codes that it must give, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from tests.components.preflight.arrays import labels, pixels, rng, tokens, unit, vector
from tests.components.preflight.cases import Case
from tests.components.preflight.models import (
    compiled,
    dense,
    learn,
    on_backbone,
    settle,
    small_backbone,
    text,
    two_branches,
)

WRONG: dict[str, tuple[Callable[[], Case], set[str]]] = {}

Builder = Callable[[], Case]


def gives(*codes: str) -> Callable[[Builder], Builder]:
    def register(build: Builder) -> Builder:
        WRONG[build.__name__] = (build, set(codes))
        return build

    return register


def on_vectors(model: keras.Model, y: Any = None, **settings: Any) -> Case:
    return Case(model, (vector(), labels() if y is None else y), **settings)


def on_pair(model: keras.Model, a: Any = None, b: Any = None) -> Case:
    widths = {key: tensor.shape[1] for key, tensor in model.input.items()}
    arrays = {"a": vector(widths["a"]) if a is None else a, "b": vector(widths["b"]) if b is None else b}
    return Case(model, (arrays, labels()))


@gives("FG001", "FG003")
def one_unit_softmax() -> Case:
    return on_vectors(dense(1, "softmax"))


@gives("FG001")
def one_unit_softmax_without_arrays() -> Case:
    return Case(dense(1, "softmax"))


@gives("FG001", "FG003")
def one_unit_softmax_as_a_layer_of_its_own() -> Case:
    return on_vectors(compiled(keras.Sequential([keras.Input((8,)), layers.Dense(1), layers.Softmax()])))


@gives("FG001", "FG003")
def one_unit_softmax_inside_a_nested_model() -> Case:
    x = keras.Input((8,))
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(4, "relu"), layers.Dense(1, "softmax")])
    return on_vectors(compiled(keras.Model(x, inner(x))))


@gives("FG001", "FG003")
def one_unit_softmax_that_was_trained() -> Case:
    return on_vectors(dense(1, "softmax"), settings={"trained": True})


@gives("FG002")
def output_of_dead_relu() -> Case:
    x = keras.Input((8,))
    hidden = layers.Dense(6, "relu", bias_initializer=keras.initializers.Constant(-100.0))(x)
    return on_vectors(compiled(keras.Model(x, layers.Dense(1, "sigmoid")(hidden))))


@gives("FG002", "FG003")
def sigmoid_saturated_at_one() -> Case:
    return on_vectors(dense(bias_initializer=keras.initializers.Constant(100.0)))


@gives("FG002", "FG003")
def sigmoid_saturated_at_zero() -> Case:
    return on_vectors(dense(bias_initializer=keras.initializers.Constant(-200.0)))


@gives("FG002")
def one_of_two_outputs_constant() -> Case:
    x = keras.Input((8,))
    live = layers.Dense(1, "sigmoid", name="live")(x)
    dead = layers.Dense(4, "relu", bias_initializer=keras.initializers.Constant(-100.0))(x)
    still = layers.Dense(1, "sigmoid", name="still")(dead)
    return on_vectors(compiled(keras.Model(x, {"live": live, "still": still})))


@gives("FG002")
def two_layers_that_both_start_at_zero() -> Case:
    x = keras.Input((8,))
    hidden = layers.Dense(6, "relu", kernel_initializer="zeros")(x)
    return on_vectors(compiled(keras.Model(x, layers.Dense(1, "sigmoid", kernel_initializer="zeros")(hidden))))


@gives("FG004")
def sigmoid_read_as_logit() -> Case:
    return on_vectors(dense(loss=keras.losses.BinaryCrossentropy(from_logits=True)))


@gives("FG004")
def logit_read_as_probability() -> Case:
    return on_vectors(dense(activation=None))


@gives("FG004")
def tanh_read_as_probability() -> Case:
    return on_vectors(dense(activation="tanh"))


@gives("FG004")
def two_unit_softmax_with_binary_loss() -> Case:
    return on_vectors(dense(2, "softmax"), keras.utils.to_categorical(labels()))


@gives("FG004")
def sigmoid_with_categorical_loss() -> Case:
    return on_vectors(dense(3, "sigmoid", "categorical_crossentropy"), keras.utils.to_categorical(labels(classes=3)))


@gives("FG004")
def softmax_read_as_logits() -> Case:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return on_vectors(dense(3, "softmax", loss), labels(classes=3))


@gives("FG004")
def logits_of_unknown_layers_read_as_probability() -> Case:
    x = keras.Input((8,))
    total = layers.Add()([layers.Dense(1)(x), layers.Dense(1)(x)])
    return on_vectors(compiled(keras.Model(x, total)))


@gives("FG005")
def labels_of_minus_one_and_one() -> Case:
    return on_vectors(dense(), 2 * labels() - 1)


@gives("FG005")
def labels_of_one_and_two() -> Case:
    return on_vectors(dense(), labels() + 1)


@gives("FG005")
def one_hot_labels_against_one_unit() -> Case:
    return on_vectors(dense(), keras.utils.to_categorical(labels()))


@gives("FG005")
def class_numbers_beyond_the_units() -> Case:
    return on_vectors(dense(3, "softmax", "sparse_categorical_crossentropy"), labels(classes=3) + 1)


@gives("FG005")
def class_numbers_for_a_categorical_loss() -> Case:
    return on_vectors(dense(3, "softmax", "categorical_crossentropy"), labels(classes=3))


@gives("FG005")
def one_hot_labels_for_a_sparse_loss() -> Case:
    y = keras.utils.to_categorical(labels(classes=3))
    return on_vectors(dense(3, "softmax", "sparse_categorical_crossentropy"), y)


@gives("FG005")
def labels_that_are_not_finite() -> Case:
    y = labels().astype(np.float32)
    y[5] = np.nan
    return on_vectors(dense(), y)


@gives("FG006")
def head_that_was_never_trained() -> Case:
    return on_vectors(dense(), settings={"trained": True})


@gives("FG006")
def zero_head_that_was_never_trained() -> Case:
    model = dense(kernel_initializer="zeros")
    learn(keras.Sequential(model.layers[:1]))
    return Case(model, settings={"trained": True})


@gives("FG007")
def lstm_over_one_step() -> Case:
    model = keras.Sequential([keras.Input((1, 8)), layers.LSTM(4), layers.Dense(1, "sigmoid")])
    return Case(compiled(model), (vector()[:, None], labels()))


@gives("FG007")
def bidirectional_over_one_step_of_unknown_length() -> Case:
    model = keras.Sequential([keras.Input((None, 8)), layers.Bidirectional(layers.GRU(4)), layers.Dense(1, "sigmoid")])
    return Case(compiled(model), (vector()[:, None], labels()))


@gives("FG008")
def padded_tokens_without_mask() -> Case:
    return Case(text(layers.LSTM(4), mask_zero=False), (tokens(), labels()))


@gives("FG008")
def average_over_padding() -> Case:
    return Case(text(layers.GlobalAveragePooling1D(), mask_zero=False), (tokens(), labels()))


@gives("FG008")
def padding_behind_dropout_and_a_stack() -> Case:
    middle = [layers.SpatialDropout1D(0.2), layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.LSTM(4)]
    return Case(text(*middle, mask_zero=False), (tokens(), labels()))


@gives("FG008")
def padded_vectors_without_mask() -> Case:
    x = rng().standard_normal((64, 10, 4)).astype(np.float32)
    x[:, 4:] = 0
    model = keras.Sequential([keras.Input((10, 4)), layers.GRU(4), layers.Dense(1, "sigmoid")])
    return Case(compiled(model), (x, labels()))


def vgg_like(trainable: bool = False) -> keras.Model:
    """Layers named as VGG16's first and last, which is how a backbone is known."""
    backbone = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(4, 3, activation="relu", name="block1_conv1"),
            layers.Conv2D(4, 3, activation="relu", name="block1_conv2"),
            layers.Conv2D(4, 3, activation="relu", name="block5_conv3"),
        ],
        name="picture_model",
    )
    backbone.trainable = trainable
    return learn(backbone)


@gives("FG009")
def vgg_on_pixels_scaled_to_one() -> Case:
    return Case(on_backbone(vgg_like()), (pixels() / 255, labels(16)))


@gives("FG009")
def vgg_on_raw_pixels() -> Case:
    return Case(on_backbone(vgg_like()), (pixels(), labels(16)))


@gives("FG009")
def mobilenet_on_raw_pixels_in_the_model_itself() -> Case:
    image = keras.Input((32, 32, 3))
    backbone = keras.applications.MobileNet(include_top=False, weights=None, alpha=0.25, input_tensor=image)
    settle(learn(backbone), pixels()).trainable = False
    x = layers.LayerNormalization()(layers.GlobalAveragePooling2D()(backbone.output))
    return Case(compiled(keras.Model(image, layers.Dense(1, "sigmoid")(x))), (pixels(), labels(16)))


@gives("FG010")
def vgg_preprocessed_twice() -> Case:
    twice = keras.applications.vgg16.preprocess_input(keras.applications.vgg16.preprocess_input(pixels()))
    return Case(on_backbone(vgg_like()), (twice, labels(16)))


@gives("FG010")
def scaled_pixels_into_a_rescaling_layer() -> Case:
    model = on_backbone(small_backbone(False), scale=layers.Rescaling(1 / 255))
    return Case(model, (pixels(8) / 255, labels(16)))


@gives("FG011")
def unit_vector_beside_large_features() -> Case:
    return on_pair(two_branches(lambda a: a, lambda b: b), 20 * vector(8), unit(16))


@gives("FG012")
def branch_of_dead_relu() -> Case:
    dead = layers.Dense(4, "relu", bias_initializer=keras.initializers.Constant(-100.0))
    return on_pair(two_branches(layers.Dense(4, "tanh"), dead))


@gives("FG012")
def branch_that_no_gradient_reaches() -> Case:
    def stopped(b: Any) -> Any:
        return StopGradient()(layers.Dense(4, "tanh")(b))

    return on_pair(two_branches(layers.Dense(4, "tanh"), stopped))


class StopGradient(layers.Layer):
    def call(self, inputs: Any) -> Any:
        return keras.ops.stop_gradient(inputs)


@gives("FG013")
def input_with_nan() -> Case:
    x = vector()
    x[3, 2] = np.nan
    return Case(dense(), (x, labels()))


@gives("FG013")
def activations_that_explode() -> Case:
    x = keras.Input((8,))
    hidden = layers.Dense(6, kernel_initializer=keras.initializers.RandomNormal(stddev=1e5, seed=1))(x)
    output = layers.Dense(1)(layers.LayerNormalization()(hidden))
    return on_vectors(compiled(keras.Model(x, output), keras.losses.BinaryCrossentropy(from_logits=True)))


@gives("FG014")
def branch_lost_beside_another() -> Case:
    return on_pair(two_branches(lambda a: a, layers.Dense(4, "tanh")), 3000 * vector(8))


@gives("FG014")
def summed_branches_of_unequal_size() -> Case:
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    total = layers.Add(name="sum")([layers.Dense(4, "tanh")(a), layers.Dense(4)(b)])
    return on_pair(compiled(keras.Model({"a": a, "b": b}, layers.Dense(1, "sigmoid")(total))), None, 2000 * vector(8))


@gives("FG015")
def nothing_that_trains() -> Case:
    model = learn(dense())
    model.trainable = False
    return on_vectors(compiled(model))


@gives("FG015")
def frozen_branch_at_its_initial_values() -> Case:
    frozen = layers.Dense(4, "tanh", trainable=False)
    return on_pair(two_branches(layers.Dense(4, "tanh"), frozen))


@gives("FG015")
def frozen_random_embedding() -> Case:
    model = text(layers.LSTM(4))
    model.layers[0].trainable = False
    return Case(compiled(model), (tokens(), labels()))


@gives("FG016")
def pretrained_backbone_that_trains_with_its_head() -> Case:
    return Case(on_backbone(small_backbone(True)), (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@gives("FG017")
def frozen_backbone_whose_batch_norm_trains() -> Case:
    backbone = small_backbone(True, norm=True)
    for layer in backbone.layers:
        layer.trainable = isinstance(layer, layers.BatchNormalization)
    return Case(on_backbone(backbone), (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@gives("FG017")
def frozen_backbone_called_as_in_training() -> Case:
    model = on_backbone(small_backbone(False, norm=True), call={"training": True})
    return Case(model, (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@gives("FG017")
def batch_norm_trains_between_frozen_layers_of_the_model_itself() -> Case:
    x = keras.Input((8,))
    hidden = layers.BatchNormalization()(layers.Dense(6, name="below")(x))
    hidden = layers.Dense(6, "relu", name="above")(hidden)
    model = keras.Model(x, layers.Dense(1, "sigmoid")(hidden))
    for name in ("below", "above"):
        model.get_layer(name).trainable = False
        learn(keras.Sequential([model.get_layer(name)]))
    return on_vectors(compiled(model))


@gives("FG018")
def labels_sorted_under_a_tail_split() -> Case:
    return on_vectors(dense(), np.sort(labels()), settings={"validation_split": 0.2})


@gives("FG018")
def rare_class_at_the_end() -> Case:
    y = np.zeros(1000, np.int64)
    y[-12:] = 1
    return Case(dense(), (vector(rows=1000), y))


@gives("FG019")
def training_split_of_one_class() -> Case:
    return on_vectors(dense(), np.ones(64))


@gives("FG019")
def class_that_validation_lacks() -> Case:
    x, y = vector(rows=128), labels(128, 4)
    held = np.arange(128) >= 64
    return Case(
        dense(4, "softmax", "sparse_categorical_crossentropy"),
        (x[~held], y[~held]),
        (x[held & (y != 2)], y[held & (y != 2)]),
    )


@gives("FG020")
def validation_rows_from_the_training_split() -> Case:
    x, y = vector(rows=100), labels(100)
    return Case(dense(), (x[:80], y[:80]), (np.concatenate([x[80:], x[:5]]), np.concatenate([y[80:], y[:5]])))


@gives("FG020")
def pairs_that_stand_on_both_sides() -> Case:
    model = two_branches(layers.Dense(4), layers.Dense(4))
    train = {"a": vector(8), "b": unit(16)}
    return Case(model, (train, labels()), ({name: array[::4] for name, array in train.items()}, labels()[::4]))
