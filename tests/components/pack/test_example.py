"""Records that every reader of tf.train.Example understands."""

from __future__ import annotations

from components.pack.example import encode_example
from components.pairs.sliced_pair import SlicedPair

PAIR = SlicedPair("é-1", b"\x89PNG\0", "грустный кот", 1, 2, 3, "s")


def test_record_reads_back_with_protobuf_tensorflow_and_tfx_bsl() -> None:
    import tensorflow as tf
    from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

    record = encode_example(PAIR)
    features = tf.train.Example.FromString(record).features.feature
    assert sorted(features) == ["id", "image", "label", "text"]
    assert features["id"].bytes_list.value == ["é-1".encode()]
    assert features["label"].int64_list.value == [1]
    spec = {"image": tf.io.FixedLenFeature([], tf.string), "text": tf.io.FixedLenFeature([], tf.string)}
    parsed = tf.io.parse_example([record, record], spec)
    assert parsed["image"].numpy().tolist() == [b"\x89PNG\0"] * 2
    assert parsed["text"].numpy().tolist() == ["грустный кот".encode()] * 2
    batch = ExamplesToRecordBatchDecoder().DecodeBatch([record])
    assert batch.to_pydict()["label"] == [[1]]


def test_equal_pairs_give_equal_bytes() -> None:
    assert len({encode_example(PAIR) for _ in range(50)}) == 1
