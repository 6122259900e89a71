"""Propose a first schema for the user's own columns, with what was seen as comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components import keys

MOST_VALUES = 100
_HEAD = """# A first schema, inferred from {count} examples. Read it, correct it, commit it, and set `schema_file`.
# It describes the examples that the pipeline makes of the records: what does not fit stops the run in DataGate.
# In environment SERVING (requests) the label, the id, the group and all further columns are absent.
"""
_FOOT = 'default_environment: "TRAINING"\ndefault_environment: "SERVING"\n'
_EVERY = "  presence { min_fraction: 1.0 min_count: 1 }\n"
_ONE = "  shape { dim { size: 1 } }\n"
_NOT_SERVED = '  not_in_environment: "SERVING"\n'
_FIXED = {
    keys.ID: ("BYTES", _EVERY + _ONE + _NOT_SERVED, "The pair's own id."),
    keys.IMAGE: ("BYTES", _EVERY + _ONE + "  image_domain {}\n", "The encoded picture; ingest makes it JPEG or PNG."),
    keys.TEXT: ("BYTES", _EVERY + _ONE + "  natural_language_domain {}\n", "The text; ingest makes it UTF-8."),
    keys.LABEL: (
        "INT",
        _EVERY + _ONE + '  int_domain { name: "label" min: 0 max: 1 is_categorical: true }\n' + _NOT_SERVED,
        "The label; ingest sets apart whatever is not 0 or 1.",
    ),
    keys.TEXT_VECTOR: ("FLOAT", "", "The text's vector, where the text encoder is `given`; ingest checks its width."),
    keys.GROUP: (
        "BYTES",
        _EVERY + _ONE + _NOT_SERVED,
        "Made by ingest: pairs that share a picture or a text share a group, which stays in one split.",
    ),
}


def infer_schema(examples: Sequence[tf.train.Example], names: Mapping[str, str]) -> str:
    """Propose a schema, in text form.

    Args:
        examples: Some examples of the data.
        names: What the features are called in the data, by our own names.

    Returns:
        The schema, commented. It is TFDV's inference for columns that hold few values, and the pipeline's own contract
        for the features that it needs.
    """
    decoder = ExamplesToRecordBatchDecoder()
    batch = decoder.DecodeBatch([example.SerializeToString() for example in examples])
    statistics = stats_impl.generate_statistics_in_memory(batch, tfdv.StatsOptions())
    inferred = tfdv.infer_schema(statistics, max_string_domain_size=MOST_VALUES)
    domains = {domain.name: list(domain.value) for domain in inferred.string_domain}
    values = {feature.name: domains.get(feature.domain, []) for feature in inferred.feature}
    seen = {feature.path.step[0]: feature for feature in statistics.datasets[0].features}
    parts = [_HEAD.format(count=f"{len(examples):,}")]
    for ours, (kind, body, about) in _FIXED.items():
        theirs = names.get(ours, ours)
        if ours == keys.TEXT_VECTOR and theirs not in seen:
            continue
        note = "" if ours == keys.GROUP else _note(theirs, ours, seen.get(theirs), len(examples))
        parts.append(f'# {about}{note}\nfeature {{\n  name: "{ours}"\n  type: {kind}\n{body}}}\n')
    taken = {names.get(ours, ours) for ours in _FIXED}
    further = sorted(values.keys() & seen.keys() - taken)
    parts += [_column(name, seen[name], values[name], len(examples)) for name in further]
    return "".join([*parts, _FOOT])


def _note(theirs: str, ours: str, feature: Any, total: int) -> str:
    called = f" It is called {theirs!a} in the data (data.features)." if theirs != ours else ""
    if feature is None:
        return f"{called} NOT SEEN: name its feature in data.features."
    missing = total - _common(feature).num_non_missing
    return f"{called} {missing:,} of {total:,} lack it: ingest sets them apart." if missing else called


def _column(name: str, feature: Any, values: Sequence[str], total: int) -> str:
    """A further column: ingest carries it on as text."""
    common = _common(feature)
    lines = [f"# Carried on where `data.slices` lists it. {common.num_non_missing:,} of {total:,} examples have it."]
    if feature.HasField("num_stats"):
        low, high = feature.num_stats.min, feature.num_stats.max
        lines.append(f"# Numbers from {low:g} to {high:g}: they are carried on as text.")
    elif not values:
        lines.append(f"# {feature.string_stats.unique:,} distinct values: too many to list or to slice by.")
    body = _EVERY + _ONE if common.num_non_missing == total else "  value_count { min: 1 max: 1 }\n"
    if values:
        shown = "".join(f"    value: {_quoted(value)}\n" for value in values)
        lines.append("# Any other value stops the run; without the domain any value is right.")
        body += f"  string_domain {{\n    name: {_quoted(name)}\n{shown}  }}\n"
    head = "\n".join(lines)
    return f"{head}\nfeature {{\n  name: {_quoted(name)}\n  type: BYTES\n{body}{_NOT_SERVED}}}\n"


def _common(feature: Any) -> Any:
    held = "num_stats" if feature.HasField("num_stats") else "string_stats"
    return getattr(feature, held).common_stats


def _quoted(text: str) -> str:
    """A string as a protobuf's text form has it."""
    escaped = (f"\\{char}" if char in '"\\' else char if char.isprintable() else "" for char in text)
    return f'"{"".join(escaped)}"'
