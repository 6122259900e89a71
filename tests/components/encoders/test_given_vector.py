from __future__ import annotations

import pytest
import tensorflow as tf

from components.encoders.build import build_text_encoder, encoder_fingerprint, weights_digest
from components.encoders.given_vector import GivenVector

SPEC = {"encoder": "given", "width": 512}


def test_a_given_vector_has_a_width_and_a_fingerprint_and_computes_nothing():
    given = build_text_encoder(SPEC)
    assert isinstance(given, GivenVector)
    assert (given.kind, given.width, given.fingerprint) == ("text", 512, "given-512")
    assert encoder_fingerprint(SPEC) == "given-512" and weights_digest(SPEC)
    with pytest.raises(TypeError, match="read from the data"):
        given(tf.constant(["text"]))


def test_it_may_stand_in_a_saved_module(tmp_path):
    module = tf.Module()
    module.text_encoder = build_text_encoder(SPEC)
    tf.saved_model.save(module, str(tmp_path))
    assert hasattr(tf.saved_model.load(str(tmp_path)), "text_encoder")
