"""Schemas that are proposed, with TFDV's real statistics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components.errors import InputError
from components.schema_review.infer import infer_schema
from components.schema_review.light_examples import read_light_examples
from components.schema_review.propose import feature_blocks, propose_schema
from tests.components.data_gate.world import SCHEMA, Draw, example

PAIRS = [
    {
        "id": f"m{number}",
        "picture": b"\xff\xd8" * 9000,
        "text": f"text {number}",
        "label": number % 2,
        "language": 'fr "x"\\' if number % 5 == 0 else "en",
        "score": number,
        **({"note": f"note {number}"} if number % 2 else {}),
    }
    for number in range(300)
]


def parsed(text: str) -> schema_pb2.Schema:
    return text_format.Parse(text, schema_pb2.Schema())


def statistics(
    examples: list[tf.train.Example], schema: schema_pb2.Schema
) -> statistics_pb2.DatasetFeatureStatisticsList:
    batch = ExamplesToRecordBatchDecoder().DecodeBatch([made.SerializeToString() for made in examples])
    return stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions(schema=schema))


def test_first_schema_describes_every_column_with_environments_and_comments() -> None:
    text = infer_schema([example(pair) for pair in PAIRS], {"image": "picture"})
    schema = parsed(text)
    features = {feature.name: feature for feature in schema.feature}
    assert features.keys() == {"id", "image", "text", "label", "group", "language", "score", "note"}
    assert list(schema.default_environment) == ["TRAINING", "SERVING"]
    assert {name for name, feature in features.items() if not feature.not_in_environment} == {"image", "text"}
    assert features["image"].HasField("image_domain")
    assert list(features["language"].string_domain.value) == ["en", 'fr "x"\\']
    assert features["language"].presence.min_fraction == 1
    assert not features["note"].HasField("presence")
    assert "It is called 'picture' in the data" in text
    assert "Numbers from 0 to 299" in text
    assert "150 of 300 examples have it" in text
    assert "too many to list" in text


def test_what_the_pipeline_makes_of_the_same_data_fits_the_first_schema() -> None:
    pairs = [example({k: v for k, v in pair.items() if k in ("id", "text", "label", "language")}) for pair in PAIRS]
    schema = parsed(infer_schema(pairs, {}))
    made = [
        example({**pair, "image": b"x", "group": "g"})
        for pair in ({k: v for k, v in pair.items() if k in ("id", "text", "label", "language")} for pair in PAIRS)
    ]
    anomalies = tfdv.validate_statistics(statistics(made, schema), schema, environment="TRAINING")
    assert anomalies.anomaly_info == {}
    strange = [*made, example({**PAIRS[0], "image": b"x", "group": "g", "language": "tlh"})]
    for each in strange:
        for name in ("picture", "score", "note"):
            each.features.feature.pop(name, None)
    assert set(tfdv.validate_statistics(statistics(strange, schema), schema).anomaly_info) == {"language"}


def test_feature_that_was_not_seen_is_said(tmp_path: Path) -> None:
    text = infer_schema([example(pair) for pair in PAIRS], {})
    assert "NOT SEEN: name its feature in data.features" in text
    assert "picture" in parsed(text).feature[-4].name or "picture" in {feature.name for feature in parsed(text).feature}


def test_pictures_are_not_held_and_manifests_and_spans_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "data" / "span-1" / "v2" / "pairs.tfrecord.gz"
    path.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        for pair in PAIRS:
            writer.write(example(pair).SerializeToString())
    held = read_light_examples(tmp_path / "data", "picture")
    assert len(held) == 300
    assert sum(made.ByteSize() for made in held) < 300 * 300
    manifest = tmp_path / "memes.jsonl"
    rows = [{"id": pair["id"], "img": "a.png", "text": "x", "label": pair["label"], "ok": True} for pair in PAIRS]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = infer_schema(read_light_examples(manifest, "image"), {"image": "img"})
    assert {feature.name for feature in parsed(text).feature} >= {"image", "ok"}
    with pytest.raises(InputError, match="holds no example"):
        read_light_examples(tmp_path / "data" / "span-9", "image")
    (tmp_path / "torn.tfrecord.gz").write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="must be whole"):
        read_light_examples(tmp_path / "torn.tfrecord.gz", "image")


def test_proposal_changes_the_block_that_did_not_fit_and_keeps_every_other_letter() -> None:
    drawn = Draw(count=100).examples()
    for made in drawn[:5]:
        made.features.feature["language"].bytes_list.value[:] = [b"fr"]
    found = statistics(drawn, parsed(SCHEMA))
    assert set(tfdv.validate_statistics(found, parsed(SCHEMA)).anomaly_info) == {"language"}
    proposal = propose_schema(SCHEMA, [found], ["language"])
    assert tfdv.validate_statistics(found, parsed(proposal)).anomaly_info == {}
    start, end = feature_blocks(SCHEMA)["language"]
    assert proposal.startswith(SCHEMA[:start])
    assert proposal.endswith(SCHEMA[end:])
    assert list(parsed(proposal).feature[-1].string_domain.value) == ["en", "de", "fr"]


def test_new_column_is_added_below_and_nothing_changes_where_all_fits() -> None:
    drawn = Draw(count=60).examples()
    found = statistics(drawn, parsed(SCHEMA))
    assert propose_schema(SCHEMA, [found], []) == SCHEMA
    for made in drawn:
        made.features.feature["source"].bytes_list.value.append(b"web")
    found = statistics(drawn, parsed(SCHEMA))
    proposal = propose_schema(SCHEMA, [found], ["source"])
    assert proposal.startswith(SCHEMA.rstrip())
    assert tfdv.validate_statistics(found, parsed(proposal)).anomaly_info == {}


def test_blocks_are_found_past_braces_in_comments_and_strings() -> None:
    text = '# feature { }\nfeature { name: "a}" # }\n}\nstring_domain { name: "feature {" }\nfeature: { name: \'b\' }\n'
    blocks = feature_blocks(text)
    assert [text[start:end] for start, end in blocks.values()] == [
        'feature { name: "a}" # }\n}',
        "feature: { name: 'b' }",
    ]


def test_schema_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InputError, match="text form"):
        propose_schema("feature {", [], [])
