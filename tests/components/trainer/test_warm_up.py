from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components import keys
from components.trainer.warm_up import FILE, read_warm_up, write_warm_up


def test_requests_are_the_same_bytes_each_time_and_name_both_signatures(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_warm_up(str(tmp_path / name), vector_width=3)
    assert (tmp_path / "one" / FILE).read_bytes() == (tmp_path / "other" / FILE).read_bytes()
    requests = read_warm_up(str(tmp_path / "one"))
    sizes = [(request.model_spec.signature_name, len(request.inputs)) for request in requests]
    assert sizes == [(keys.SIGNATURE_SERVING, 3), (keys.SIGNATURE_EXAMPLES, 1)] * 2
    raw = {name: tf.make_ndarray(tensor) for name, tensor in requests[2].inputs.items()}
    assert {name: values.shape for name, values in raw.items()} == {
        keys.IMAGE: (2,),
        keys.TEXT: (2,),
        keys.TEXT_VECTOR: (2, 3),
    }
    example = tf.train.Example.FromString(tf.make_ndarray(requests[1].inputs[keys.EXAMPLES])[0])
    assert example.features.feature[keys.IMAGE].bytes_list.value[0] == raw[keys.IMAGE][0]
    assert tf.io.decode_png(raw[keys.IMAGE][0]).shape == (64, 64, 3)


def test_model_without_the_file_has_none_and_another_kind_of_log_is_refused(tmp_path: Path) -> None:
    assert read_warm_up(str(tmp_path)) == []
    (tmp_path / FILE).parent.mkdir()
    with tf.io.TFRecordWriter(str(tmp_path / FILE)) as writer:
        log = prediction_log_pb2.PredictionLog(classify_log=prediction_log_pb2.ClassifyLog())
        writer.write(log.SerializeToString())
    with pytest.raises(ValueError, match="must be of Predict. Received: classify_log"):
        read_warm_up(str(tmp_path))


def test_numbers_of_a_vector_are_float32(tmp_path: Path) -> None:
    write_warm_up(str(tmp_path), vector_width=2)
    assert tf.make_ndarray(read_warm_up(str(tmp_path))[0].inputs[keys.TEXT_VECTOR]).dtype == np.float32
