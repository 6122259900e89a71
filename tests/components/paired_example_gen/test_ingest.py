"""The executor's own `Do`, with real artifacts and the in-memory runner, on a span drawn here."""

from __future__ import annotations

import collections
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components import keys
from components.paired_example_gen import counts


def picture(number: int) -> bytes:
    pixels = np.random.default_rng(number).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


def record(number: int, **values: Any) -> bytes:
    """A usable pair, apart from what is given; None leaves a feature out."""
    fields = {
        keys.ID: f"m{number}".encode(),
        keys.IMAGE: picture(number),
        keys.TEXT: f"text {number}".encode(),
        keys.LABEL: number % 2,
    }
    example = tf.train.Example()
    for name, value in (fields | values).items():
        if isinstance(value, bytes):
            example.features.feature[name].bytes_list.value.append(value)
        elif isinstance(value, list):
            example.features.feature[name].float_list.value.extend(value)
        elif value is not None:
            example.features.feature[name].int64_list.value.append(value)
    return example.SerializeToString()


# Vectors of texts that the configuration does not ask for.
GOOD = [record(number, text_vector=[0.5]) for number in range(24)]
SHARED = [record(100 + number, image=picture(100)) for number in range(6)]
BAD = {
    "malformed": np.random.default_rng(0).bytes(80),
    "no_label": record(201, label=None),
    "label_2": record(202, label=2),
    "truncated": record(203, image=picture(203)[:200]),
    "empty_text": record(204, text=b" \n"),
    "text_of_numbers": record(205, text=7),
    "no_image": record(206, image=None),
}
REASONS = {
    "id_missing": 1,
    "label_missing": 1,
    "label_not_binary": 1,
    "image_not_decodable": 1,
    "text_empty": 1,
    "text_missing": 1,
    "image_missing": 1,
    "id_duplicate": 1,
}
DUPLICATE = record(300, id=b"m3")
RECORDS = [*GOOD, *SHARED, *BAD.values(), DUPLICATE]


def write_span(folder: Path, shards: Sequence[Sequence[bytes]]) -> Path:
    span = folder / "data" / "span-1"
    span.mkdir(parents=True)
    for number, records in enumerate(shards):
        with tf.io.TFRecordWriter(str(span / f"pairs-{number}.tfrecord.gz"), "GZIP") as writer:
            for content in records:
                writer.write(content)
    return span


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory, ingest: Any) -> Any:
    return ingest(write_span(tmp_path_factory.mktemp("ingest"), [RECORDS]).parent)


def test_every_record_is_an_example_or_in_the_quarantine_with_its_reason(ingested: Any) -> None:
    ids = ingested.ids()
    rejected = ingested.rejected()
    assert sum(map(len, ids.values())) + len(rejected) == len(RECORDS)
    assert collections.Counter(row["reason"] for row in rejected) == REASONS
    assert set.union(*ids.values()) == {f"m{number}" for number in [*range(24), *range(100, 106)]}


def test_counts_on_the_artifacts_are_those_of_the_files(ingested: Any) -> None:
    by_split = counts.read_examples(ingested.examples.mlmd_artifact)
    for split in keys.SPLITS:
        labels = collections.Counter(
            str(example.features.feature[keys.LABEL].int64_list.value[0]) for example in ingested.read(split)
        )
        assert by_split[split] == {"0": labels["0"], "1": labels["1"]}
        assert labels
    assert counts.read_quarantine(ingested.quarantine.mlmd_artifact) == REASONS
    audit = counts.read_audit(ingested.examples.mlmd_artifact)
    assert (audit["groups"], audit["largest_group"]) == (25, 6)
    assert ingested.examples.get_int_custom_property("span") == 1
    assert json.loads(ingested.examples.split_names) == list(keys.SPLITS)


def test_unusable_records_are_named_by_id_and_place(ingested: Any) -> None:
    places = {row["reason"]: (row["id"], row["source"]) for row in ingested.rejected()}
    assert places["image_not_decodable"] == ("m203", "span-1/pairs-0.tfrecord.gz:34")
    assert places["id_missing"] == ("", "span-1/pairs-0.tfrecord.gz:31")
    assert places["id_duplicate"] == ("m3", "span-1/pairs-0.tfrecord.gz:38")


def test_pairs_that_share_a_picture_stay_in_one_split(ingested: Any) -> None:
    shared = {f"m{number}" for number in range(100, 106)}
    assert sum(bool(ids & shared) for ids in ingested.ids().values()) == 1


def test_examples_hold_the_pair_and_its_group_and_nothing_else(ingested: Any) -> None:
    (example,) = (e for e in ingested.read(split_with(ingested, "m5")) if id_of(e) == "m5")
    feature = example.features.feature
    assert set(feature) == {keys.ID, keys.IMAGE, keys.TEXT, keys.LABEL, keys.GROUP}
    assert feature[keys.TEXT].bytes_list.value[0] == b"text 5"
    assert feature[keys.IMAGE].bytes_list.value[0] == picture(5)


def test_order_and_sharding_of_the_records_do_not_matter(ingested: Any, ingest: Any, tmp_path: Path) -> None:
    usable = [*GOOD, *SHARED]
    again = ingest(write_span(tmp_path, [usable[::-1][:7], [], usable[::-1][7:]]).parent)
    assert again.ids() == ingested.ids()
    assert again.rejected() == []


def test_what_packing_set_apart_is_kept_in_the_quarantine(ingest: Any, tmp_path: Path) -> None:
    row = {"id": "lost", "reason": "image_missing", "detail": "No image", "source": "memes.csv:9"}
    span = write_span(tmp_path, [[*GOOD[:3], BAD["label_2"]]])
    (span / "pack.json").write_text(json.dumps({"quarantined": {"image_missing": 1}}))
    (span / "quarantine.jsonl").write_text(json.dumps(row) + "\n")
    result = ingest(span.parent)
    assert counts.read_quarantine(result.quarantine.mlmd_artifact) == {"image_missing": 1, "label_not_binary": 1}
    assert result.rejected()[0] == row
    assert len(result.rejected()) == 2


def test_given_vectors_are_carried_and_those_that_do_not_fit_are_set_apart(ingest: Any, tmp_path: Path) -> None:
    vectors = {number: [number / 4, -1.0] for number in range(12)}
    bad = {12: None, 13: [1.0], 14: [1.0, float("inf")], 15: b"0.1 0.2"}
    records = [record(number, text_vector=vector) for number, vector in (vectors | bad).items()]
    result = ingest(write_span(tmp_path, [records]).parent, limits={"text_vector_width": 2})
    carried = {
        id_of(example): list(example.features.feature[keys.TEXT_VECTOR].float_list.value)
        for split in keys.SPLITS
        for example in result.read(split)
    }
    assert carried == {f"m{number}": vector for number, vector in vectors.items()}
    assert {row["id"]: row["reason"] for row in result.rejected()} == {
        "m12": "text_vector_missing",
        "m13": "text_vector_width",
        "m14": "text_vector_not_finite",
        "m15": "text_vector_missing",
    }


def test_span_of_which_nothing_is_usable_is_all_quarantine(ingest: Any, tmp_path: Path) -> None:
    result = ingest(write_span(tmp_path, [list(BAD.values())]).parent)
    assert len(result.rejected()) == len(BAD)
    assert result.ids() == {split: set() for split in keys.SPLITS}


def id_of(example: tf.train.Example) -> str:
    return example.features.feature[keys.ID].bytes_list.value[0].decode()


def split_with(ingested: Any, pair_id: str) -> str:
    return next(split for split, ids in ingested.ids().items() if pair_id in ids)
