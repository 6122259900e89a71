"""Counts that PairedExampleGen keeps on its artifacts, and how to read them back from MLMD's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tfx import types

_BY_SPLIT = "counts"
_BY_REASON = "quarantined"
_AUDIT = "audit"
# As TFX's own ExampleGen names them.
_SPAN, _VERSION, _FINGERPRINT = "span", "version", "input_fingerprint"
_SPANS = "spans"


def write_examples(artifact: types.Artifact, by_split: Mapping[str, Mapping[str, int]], audit: Mapping) -> None:
    """Keep the counts by split and label, and the audit of the groups, on an Examples artifact."""
    artifact.set_string_custom_property(_BY_SPLIT, json.dumps(by_split, sort_keys=True))
    artifact.set_string_custom_property(_AUDIT, json.dumps(audit, sort_keys=True))


def read_examples(artifact: Any) -> dict[str, dict[str, int]]:
    """Return the counts by split and label (as text)."""
    return json.loads(artifact.custom_properties[_BY_SPLIT].string_value or "{}")


def read_audit(artifact: Any) -> dict[str, int]:
    """Return the audit of the groups: how many there are, and how large the largest is."""
    return json.loads(artifact.custom_properties[_AUDIT].string_value or "{}")


def write_quarantine(artifact: types.Artifact, by_reason: Mapping[str, int]) -> None:
    """Keep the counts by reason on the quarantine artifact."""
    artifact.set_string_custom_property(_BY_REASON, json.dumps(by_reason, sort_keys=True))


def read_quarantine(artifact: Any) -> dict[str, int]:
    """Return how many pairs were set apart, in packing and in ingest, by reason."""
    return json.loads(artifact.custom_properties[_BY_REASON].string_value or "{}")


def write_lineage(artifact: types.Artifact, spans: Sequence[tuple[int, int]], fingerprint: str) -> None:
    """Keep on an artifact which spans it was made of.

    Args:
        artifact: The artifact.
        spans: Number and version of each span, the newest last; that one is also kept as `span` and `version`.
        fingerprint: Digest of the spans' files.
    """
    artifact.set_int_custom_property(_SPAN, spans[-1][0])
    artifact.set_int_custom_property(_VERSION, spans[-1][1])
    artifact.set_string_custom_property(_FINGERPRINT, fingerprint)
    artifact.set_string_custom_property(
        _SPANS, json.dumps([{_SPAN: span, _VERSION: version} for span, version in spans])
    )


def read_fingerprint(artifact: Any) -> str:
    """Return the digest of the files that an artifact was made of."""
    return artifact.custom_properties[_FINGERPRINT].string_value


def read_spans(artifact: Any) -> list[tuple[int, int]]:
    """Return number and version of each span that an artifact was made of, the newest last."""
    spans = json.loads(artifact.custom_properties[_SPANS].string_value or "[]")
    return [(int(each[_SPAN]), int(each[_VERSION])) for each in spans]
