"""Requests that TF Serving plays to a model when it loads it, so that the first stranger does not wait."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from components import keys

FILE = "assets.extra/tf_serving_warmup_requests"
_MODEL_NAME = "fusegate"
_TEXT = "one does not simply serve the first request"
_SIDE = 64
_BATCHES = (1, 2)


def write_warm_up(path: str, vector_width: int | None = None) -> None:
    """Write warm-up requests for both serving signatures; equal models get equal bytes.

    Args:
        path: The SavedModel's folder.
        vector_width: Width of the vector that a request brings with its text, or None.

    Reference:
        https://www.tensorflow.org/tfx/serving/saved_model_warmup
    """
    tf.io.gfile.makedirs(f"{path}/{FILE.rsplit('/', 1)[0]}")
    with tf.io.TFRecordWriter(f"{path}/{FILE}") as writer:
        for batch in _BATCHES:
            for request in (_raw_request(batch, vector_width), _example_request(batch, vector_width)):
                log = prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
                writer.write(log.SerializeToString(deterministic=True))


def read_warm_up(path: str) -> list[predict_pb2.PredictRequest]:
    """Read the warm-up requests of a SavedModel; none where it has no such file.

    Raises:
        ValueError: A record is no log of a Predict call.
    """
    if not tf.io.gfile.exists(f"{path}/{FILE}"):
        return []
    requests = []
    for record in tf.data.TFRecordDataset(f"{path}/{FILE}").as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        if log.WhichOneof("log_type") != "predict_log":
            raise ValueError(f"a warm-up request must be of Predict. Received: {log.WhichOneof('log_type')}")
        requests.append(log.predict_log.request)
    return requests


def _picture() -> bytes:
    ramp = np.linspace(0, 255, _SIDE).astype(np.uint8)
    pixels = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1)
    return tf.io.encode_png(pixels).numpy()


def _raw_request(batch: int, vector_width: int | None) -> predict_pb2.PredictRequest:
    inputs = {keys.IMAGE: tf.constant([_picture()] * batch), keys.TEXT: tf.constant([_TEXT] * batch)}
    if vector_width is not None:
        inputs[keys.TEXT_VECTOR] = tf.ones([batch, vector_width])
    return _request(keys.SIGNATURE_SERVING, inputs)


def _example_request(batch: int, vector_width: int | None) -> predict_pb2.PredictRequest:
    example = tf.train.Example()
    example.features.feature[keys.IMAGE].bytes_list.value.append(_picture())
    example.features.feature[keys.TEXT].bytes_list.value.append(_TEXT.encode())
    if vector_width is not None:
        example.features.feature[keys.TEXT_VECTOR].float_list.value.extend([1.0] * vector_width)
    record = example.SerializeToString(deterministic=True)
    return _request(keys.SIGNATURE_EXAMPLES, {keys.EXAMPLES: tf.constant([record] * batch)})


def _request(signature: str, inputs: dict[str, tf.Tensor]) -> predict_pb2.PredictRequest:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = _MODEL_NAME
    request.model_spec.signature_name = signature
    for name, tensor in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(tensor))
    return request
