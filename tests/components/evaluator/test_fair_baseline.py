"""The live model is evaluated as it answers: with its own encoder, preprocessing and words, on the same raw pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from components import keys
from components.evaluator.scores import BASELINE, CANDIDATE, read_scores
from pipeline.gate_config import Gate
from tests.components.evaluator.stored import run_evaluator
from tests.components.small_model import draw_pairs, image_encoder, write_model

PAIRS = draw_pairs(24)


def write_examples(folder: Path) -> None:
    """Write the test split with the vectors of the candidate's encoder."""
    encoder = image_encoder()
    vectors = encoder(tf.constant([picture for _, picture, _ in PAIRS])).numpy()
    folder.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "data.gz"), "GZIP") as writer:
        for number, (name, picture, text) in enumerate(PAIRS):
            example = tf.train.Example()
            feature = example.features.feature
            feature[keys.LABEL].int64_list.value.append(number % 2)
            for key, value in (
                (keys.ID, name),
                (keys.GROUP, name),
                (keys.TEXT, text),
                (keys.IMAGE_FINGERPRINT, encoder.fingerprint),
            ):
                feature[key].bytes_list.value.append(value.encode())
            feature[keys.IMAGE].bytes_list.value.append(picture)
            feature[keys.IMAGE_VECTOR].float_list.value.extend(vectors[number])
            writer.write(example.SerializeToString())


def test_both_models_are_scored_as_they_answer_raw_pairs(tmp_path: Path) -> None:
    write_examples(tmp_path / "examples" / "Split-test")
    paths = {
        CANDIDATE: write_model(tmp_path / CANDIDATE, PAIRS),
        BASELINE: write_model(tmp_path / BASELINE, PAIRS, mode="tf", lower=False),
    }
    evaluation, _ = run_evaluator(tmp_path, Gate(draws=100), live_version=3)
    rows = read_scores(evaluation.uri)
    pictures = tf.constant([picture for _, picture, _ in PAIRS])
    texts = tf.constant([text for _, _, text in PAIRS])
    for model, path in paths.items():
        answers = tf.saved_model.load(path).signatures[keys.SIGNATURE_SERVING](image=pictures, text=texts)
        for output in (*keys.OUTPUTS, keys.PROBABILITY):
            found = [row[model][output] for row in rows]
            np.testing.assert_allclose(found, answers[output].numpy()[:, 0], atol=1e-4, err_msg=f"{model} {output}")
    apart = [abs(row[CANDIDATE][keys.IMAGE_ONLY] - row[BASELINE][keys.IMAGE_ONLY]) for row in rows]
    assert max(apart) > 0.01
    assert all(np.isfinite(row[CANDIDATE][keys.FUSED_IMAGE_SHUFFLED]) for row in rows)
    assert all(np.isnan(row[BASELINE][keys.FUSED_IMAGE_SHUFFLED]) for row in rows)
