"""The evaluation signature: what is served, and the answers with a half taken away or from another example."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from components import keys
from components.trainer.calibration import Calibration
from components.trainer.export import FusedModule
from tests.components.small_model import LIMITS, THRESHOLDS, HashedText, draw_pairs, fusion, image_encoder

PAIRS = draw_pairs(6)


@pytest.fixture(scope="module")
def module() -> FusedModule:
    calibrations = dict.fromkeys(keys.OUTPUTS, Calibration(0.9, 0.1))
    return FusedModule(image_encoder(), None, HashedText(), fusion(), {}, calibrations, -0.2, THRESHOLDS, LIMITS)


def examples(module: FusedModule, fingerprint: str | None = None, donors: bool = True) -> tf.Tensor:
    """Examples as FrozenFeatures and the Evaluator make them; each is given the halves of the next."""
    vectors = module.encode_image(tf.constant([picture for _, picture, _ in PAIRS])).numpy()
    made = []
    for number, (name, picture, text) in enumerate(PAIRS):
        example, other = tf.train.Example(), (number + 1) % len(PAIRS)
        feature = example.features.feature
        feature[keys.ID].bytes_list.value.append(name.encode())
        feature[keys.IMAGE].bytes_list.value.append(picture)
        feature[keys.TEXT].bytes_list.value.append(text.encode())
        feature[keys.IMAGE_VECTOR].float_list.value.extend(vectors[number])
        print_of = fingerprint or module.image_encoder.fingerprint
        feature[keys.IMAGE_FINGERPRINT].bytes_list.value.append(print_of.encode())
        if donors:
            feature[keys.DONOR].bytes_list.value.append(PAIRS[other][0].encode())
            feature[keys.DONOR_IMAGE_VECTOR].float_list.value.extend(vectors[other])
            feature[keys.DONOR_TEXT].bytes_list.value.append(PAIRS[other][2].encode())
        made.append(example.SerializeToString())
    return tf.constant(made)


def serve(module: FusedModule, pictures: list[bytes], texts: list[str]) -> np.ndarray:
    return module.serve(tf.constant(pictures), tf.constant(texts))[keys.FUSED].numpy()


def test_probes_are_what_serving_answers_to_such_pairs(module: FusedModule) -> None:
    found = {name: values.numpy() for name, values in module.evaluate(examples(module)).items()}
    pictures, texts = [picture for _, picture, _ in PAIRS], [text for _, _, text in PAIRS]
    wanted = {
        keys.FUSED: serve(module, pictures, texts),
        keys.FUSED_WITHOUT_IMAGE: serve(module, [b""] * 6, texts),
        keys.FUSED_WITHOUT_TEXT: serve(module, pictures, [""] * 6),
        keys.FUSED_IMAGE_SHUFFLED: serve(module, pictures[1:] + pictures[:1], texts),
        keys.FUSED_TEXT_SHUFFLED: serve(module, pictures, texts[1:] + texts[:1]),
    }
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, atol=1e-5, err_msg=name)
    assert np.abs(wanted[keys.FUSED] - wanted[keys.FUSED_IMAGE_SHUFFLED]).max() > 0.01


@pytest.mark.parametrize("served", keys.OUTPUTS)
def test_evaluation_says_what_is_served(module: FusedModule, served: str) -> None:
    module.served.assign(keys.OUTPUTS.index(served))
    found = module.evaluate(examples(module))
    module.served.assign(keys.OUTPUTS.index(keys.FUSED))
    np.testing.assert_array_equal(found[keys.PROBABILITY], found[served])


def test_pictures_of_others_are_no_probe_where_another_encoder_made_their_vectors(module: FusedModule) -> None:
    own, other = module.evaluate(examples(module)), module.evaluate(examples(module, "another"))
    np.testing.assert_allclose(own[keys.FUSED], other[keys.FUSED], atol=1e-5)
    assert np.isnan(other[keys.FUSED_IMAGE_SHUFFLED]).all()
    np.testing.assert_allclose(own[keys.FUSED_TEXT_SHUFFLED], other[keys.FUSED_TEXT_SHUFFLED], atol=1e-5)


def test_without_donors_there_is_no_probe(module: FusedModule) -> None:
    found = module.evaluate(examples(module, donors=False))
    assert all(np.isnan(found[name]).all() for name in keys.SHUFFLED)
    assert np.isfinite(found[keys.FUSED]).all()
