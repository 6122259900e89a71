"""Right models that look like wrong ones: none of them may give a finding."""

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
from tests.components.preflight.wrong_cases import on_pair, on_vectors, vgg_like

RIGHT: dict[str, Callable[[], Case]] = {}

LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)


def right(build: Callable[[], Case]) -> Callable[[], Case]:
    RIGHT[build.__name__] = build
    return build


@right
def sigmoid_and_binary_loss() -> Case:
    return on_vectors(dense())


@right
def labels_as_a_column_of_floats() -> Case:
    return on_vectors(dense(), labels().astype(np.float32)[:, None])


@right
def smoothed_labels() -> Case:
    return on_vectors(dense(), 0.05 + 0.9 * labels())


@right
def logit_and_loss_from_logits() -> Case:
    return on_vectors(dense(activation=None, loss=LOGITS))


@right
def activation_as_a_layer_of_its_own() -> Case:
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1), layers.Activation("sigmoid"), layers.Reshape((1,))])
    return on_vectors(compiled(model))


@right
def two_unit_softmax_and_sparse_loss() -> Case:
    return on_vectors(dense(2, "softmax", "sparse_categorical_crossentropy"))


@right
def softmax_and_categorical_loss() -> Case:
    return on_vectors(dense(3, "softmax", "categorical_crossentropy"), keras.utils.to_categorical(labels(classes=3)))


@right
def logits_and_sparse_loss_that_ignores_a_class() -> Case:
    y = labels(classes=4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    return on_vectors(dense(3, None, loss), np.where(y == 3, -1, y))


@right
def several_labels_at_once() -> Case:
    y = (rng().random((64, 4)) < 0.4).astype(np.float32)
    return on_vectors(dense(4, "sigmoid"), y)


@right
def regression() -> Case:
    return on_vectors(dense(1, None, "mse"), vector(1))


@right
def probability_under_squared_error() -> Case:
    return on_vectors(dense(loss="mse"))


@right
def hinge_with_labels_of_minus_one_and_one() -> Case:
    return on_vectors(dense(1, "tanh", "hinge"), 2 * labels() - 1)


@right
def loss_of_ones_own() -> Case:
    def focal(y: Any, p: Any) -> Any:
        p = keras.ops.clip(p, 1e-6, 1 - 1e-6)
        return -keras.ops.mean((1 - p) ** 2 * y * keras.ops.log(p) + p**2 * (1 - y) * keras.ops.log(1 - p))

    return on_vectors(dense(loss=focal), labels().astype(np.float32)[:, None])


@right
def one_in_a_hundred() -> Case:
    y = (np.arange(1000) % 100 == 0).astype(np.int64)
    x = vector(rows=1000)
    return Case(dense(), (x[:800], y[:800]), (x[800:], y[800:]))


@right
def rare_classes_that_validation_lacks_by_chance() -> Case:
    x, y = vector(rows=200), np.concatenate([labels(190, 2), np.arange(10) % 3 + 2])
    order = rng().permutation(190)
    train = np.concatenate([order[:160], np.arange(190, 200)])
    model = dense(5, "softmax", "sparse_categorical_crossentropy")
    return Case(model, (x[train], y[train]), (x[order[160:]], y[order[160:]]))


@right
def sorted_labels_with_validation_arrays_of_their_own() -> Case:
    x, y = vector(rows=128), labels(128)
    order = np.argsort(y[:96], kind="stable")
    return Case(dense(), (x[:96][order], y[:96][order]), (x[96:], y[96:]))


@right
def head_that_starts_at_zero() -> Case:
    return on_vectors(dense(activation=None, loss=LOGITS, kernel_initializer="zeros"))


@right
def interaction_that_starts_at_zero_on_a_late_stack() -> Case:
    a, b = keras.Input((8,), name="a"), keras.Input((16,), name="b")
    late = layers.Add()([layers.Dense(1)(a), layers.Dense(1)(b)])
    product = layers.Multiply()([layers.Dense(6)(a), layers.Dense(6)(b)])
    logit = layers.Add(name="logit")([late, layers.Dense(1, kernel_initializer="zeros")(product)])
    return on_pair(compiled(keras.Model({"a": a, "b": b}, logit), LOGITS))


@right
def branch_that_starts_at_zero() -> Case:
    zero = layers.Dense(4, kernel_initializer="zeros")
    return on_pair(two_branches(layers.Dense(4, "tanh"), zero))


@right
def fused_logits_as_a_dict_with_one_array_of_labels() -> Case:
    vectors, sentence, ids = (
        keras.Input((32,), name="image_vector"),
        keras.Input((24,), name="text_vector"),
        keras.Input((12,), dtype="int64", name="tokens"),
    )
    image = layers.Dense(8, "relu")(layers.Normalization(mean=0.5, variance=4.0)(vectors))
    words = layers.LSTM(4)(layers.Embedding(50, 6, mask_zero=True)(ids))
    texts = layers.Concatenate()(
        [words, layers.Dense(4, "relu")(layers.Normalization(mean=0.0, variance=1 / 24)(sentence))]
    )
    outputs = {
        "image_only": layers.Dense(1)(image),
        "text_only": layers.Dense(1)(texts),
        "fused": layers.Dense(1, kernel_initializer="zeros")(layers.Concatenate()([image, texts])),
    }
    model = keras.Model({"image_vector": vectors, "text_vector": sentence, "tokens": ids}, outputs)
    arrays = {"image_vector": 2 * vector(32) + 0.5, "text_vector": unit(24), "tokens": tokens(), "unused": vector(1)}
    return Case(model, (arrays, labels()), settings={"loss": LOGITS, "optimizer": "adam"})


@right
def several_outputs_with_losses_of_their_own() -> Case:
    x = keras.Input((8,))
    hidden = layers.Dense(6, "relu")(x)
    outputs = {"kind": layers.Dense(3, "softmax")(hidden), "score": layers.Dense(1)(hidden)}
    model = compiled(keras.Model(x, outputs), {"kind": "sparse_categorical_crossentropy", "score": "mse"})
    return Case(model, (vector(), {"kind": labels(classes=3), "score": vector(1)}))


@right
def small_lstm_over_masked_tokens() -> Case:
    return Case(text(layers.LSTM(2)), (tokens(), labels()))


@right
def average_over_masked_tokens() -> Case:
    return Case(text(layers.Dropout(0.1), layers.GlobalAveragePooling1D()), (tokens(), labels()))


@right
def tokens_without_padding_and_without_mask() -> Case:
    return Case(text(layers.LSTM(4), mask_zero=False), (rng().integers(1, 50, (64, 12)), labels()))


@right
def padding_before_the_text_without_mask() -> Case:
    return Case(text(layers.LSTM(4), mask_zero=False), (tokens()[:, ::-1], labels()))


@right
def maximum_over_padding() -> Case:
    return Case(text(layers.GlobalMaxPooling1D(), mask_zero=False), (tokens(), labels()))


@right
def vectors_behind_a_masking_layer() -> Case:
    x = rng().standard_normal((64, 10, 4)).astype(np.float32)
    x[:, 4:] = 0
    model = keras.Sequential([keras.Input((10, 4)), layers.Masking(), layers.GRU(4), layers.Dense(1, "sigmoid")])
    return Case(compiled(model), (x, labels()))


@right
def stateful_lstm_fed_step_by_step() -> Case:
    model = keras.Sequential(
        [keras.Input(batch_shape=(16, 1, 8)), layers.LSTM(4, stateful=True), layers.Dense(1, "sigmoid")]
    )
    return Case(compiled(model), (vector(rows=16)[:, None], labels(16)))


@right
def vgg_with_its_preprocessing() -> Case:
    x = keras.applications.vgg16.preprocess_input(pixels())
    return Case(on_backbone(vgg_like()), (x, labels(16)))


@right
def vgg_that_preprocesses_inside_the_model() -> Case:
    return Case(on_backbone(vgg_like(), scale=keras.applications.vgg16.preprocess_input), (pixels(), labels(16)))


@right
def vgg_from_scratch_on_scaled_pixels() -> Case:
    x = keras.Input((32, 32, 3))
    hidden = x
    for name in ("block1_conv1", "block1_conv2", "block5_conv3"):
        hidden = layers.Conv2D(4, 3, activation="relu", name=name)(hidden)
    output = layers.Dense(1, "sigmoid")(layers.GlobalAveragePooling2D()(hidden))
    return Case(compiled(keras.Model(x, output)), (pixels() / 255, labels(16)))


@right
def raw_pixels_into_a_rescaling_layer() -> Case:
    return Case(on_backbone(small_backbone(False), scale=layers.Rescaling(1 / 255)), (pixels(8), labels(16)))


@right
def mobilenet_v3_that_rescales_by_itself() -> Case:
    backbone = keras.applications.MobileNetV3Small(
        include_top=False, weights=None, input_shape=(32, 32, 3), minimalistic=True, alpha=0.75
    )
    settle(learn(backbone), pixels()).trainable = False
    return Case(on_backbone(backbone), (pixels(), labels(16)))


@right
def fresh_network_with_batch_normalization_on_raw_pixels() -> Case:
    x = keras.Input((8, 8, 3))
    hidden = x
    for _ in range(4):
        hidden = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same")(hidden)))
    output = layers.Dense(1, "sigmoid")(layers.GlobalAveragePooling2D()(hidden))
    return Case(compiled(keras.Model(x, output)), (pixels(8), labels(16)))


@right
def unit_vector_normalised_with_the_features() -> Case:
    model = two_branches(lambda a: a, lambda b: b, head=layers.LayerNormalization())
    return on_pair(model, 20 * vector(8), unit(16))


@right
def unit_vector_projected_before_it_is_joined() -> Case:
    return on_pair(two_branches(layers.Dense(8, "relu"), layers.Dense(8, "relu")), None, unit(16))


@right
def unit_vector_beside_bounded_features() -> Case:
    return on_pair(two_branches(layers.Dense(8, "tanh"), lambda b: b), None, unit(16))


@right
def relu_branch_with_some_dead_units() -> Case:
    bias = keras.initializers.Constant([-100.0, 0.0, 0.0, -100.0])
    return on_pair(two_branches(layers.Dense(4, "tanh"), layers.Dense(4, "relu", bias_initializer=bias)))


@right
def branches_of_unequal_size_that_are_normalised() -> Case:
    model = two_branches(lambda a: a, layers.Dense(4, "tanh"), head=layers.BatchNormalization())
    return on_pair(model, 3000 * vector(8))


@right
def pretrained_backbone_frozen() -> Case:
    return Case(on_backbone(small_backbone(False)), (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@right
def pretrained_backbone_fine_tuned_slowly() -> Case:
    return Case(on_backbone(small_backbone(True), rate=1e-5), (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@right
def backbone_from_scratch() -> Case:
    model = on_backbone(small_backbone(True, pretrained=False, norm=True))
    return Case(model, (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@right
def frozen_backbone_with_frozen_batch_norm_and_a_trainable_one_in_the_head() -> Case:
    backbone = small_backbone(False, norm=True)
    image = keras.Input((8, 8, 3))
    x = layers.BatchNormalization()(backbone(image, training=False))
    model = compiled(keras.Model(image, layers.Dense(1, "sigmoid")(x)))
    return Case(model, (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@right
def frozen_embedding_of_given_vectors() -> Case:
    table = rng().standard_normal((50, 6)).astype(np.float32)
    model = text(layers.LSTM(4))
    model.layers[0].set_weights([table])
    model.layers[0].trainable = False
    return Case(compiled(model), (tokens(), labels()))


@right
def warm_start_of_a_whole_model() -> Case:
    return Case(learn(on_backbone(small_backbone(True))), (vector(192, 16).reshape(16, 8, 8, 3), labels(16)))


@right
def trained_model() -> Case:
    model = dense()
    model.fit(vector(), labels(), epochs=1, verbose=0)
    return on_vectors(model)


@right
def trained_model_frozen_for_serving() -> Case:
    model = learn(dense())
    model.trainable = False
    return on_vectors(compiled(model), settings={"trained": True})


@right
def short_texts_that_coincide_by_nature() -> Case:
    ids = tokens(words=1, vocabulary=20, rows=200)
    y = labels(200)
    return Case(text(layers.LSTM(4)), (ids[:160], y[:160]), (ids[160:], y[160:]))


@right
def same_picture_with_other_texts_on_both_sides() -> Case:
    model = two_branches(layers.Dense(4), layers.Dense(4))
    pictures, y = np.repeat(vector(8, 16), 4, axis=0), labels()
    arrays = {"a": pictures, "b": vector(16)}
    held = np.arange(64) % 4 == 0
    return Case(
        model,
        ({name: array[~held] for name, array in arrays.items()}, y[~held]),
        ({name: array[held] for name, array in arrays.items()}, y[held]),
    )


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = layers.Dense(6, "relu")
        self.out = layers.Dense(1, "sigmoid")

    def call(self, inputs: Any) -> Any:
        return self.out(self.hidden(inputs))


@right
def subclassed_model() -> Case:
    return on_vectors(compiled(Subclassed()))


@right
def sequential_without_an_input_layer() -> Case:
    return on_vectors(compiled(keras.Sequential([layers.Dense(6, "relu"), layers.Dense(1, "sigmoid")])))


@right
def model_without_loss_or_labels() -> Case:
    return Case(keras.Sequential([keras.Input((8,)), layers.Dense(1)]), (vector(), None))
