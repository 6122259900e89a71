"""Propose the change of a schema that the data of a run ask for; the comments of the file are kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.errors import InputError

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|#[^\n]*|[{}]|\w+')


def propose_schema(
    text: str, statistics: Iterable[statistics_pb2.DatasetFeatureStatisticsList], features: Collection[str]
) -> str:
    """Widen a schema, as TFDV proposes, so that it takes what did not fit.

    Args:
        text: The schema in text form.
        statistics: Of the splits that did not fit.
        features: Features that did not fit; the others stay as they are.

    Returns:
        The proposal in text form: blocks that have not changed stay letter for letter.

    Raises:
        InputError: The schema cannot be read.
    """
    try:
        before = text_format.Parse(text, schema_pb2.Schema())
    except text_format.ParseError as error:
        raise InputError(f"a schema must be in text form. Received: {error}. Correct the line") from error
    after = before
    for each in statistics:
        after = tfdv.update_schema(after, each)
    old = {feature.name: feature for feature in before.feature}
    changed = {
        feature.name: feature
        for feature in after.feature
        if feature.name in features and old.get(feature.name) != feature
    }
    proposal = text
    for name, (start, end) in reversed(feature_blocks(text).items()):
        if name in changed:
            proposal = proposal[:start] + _block(changed.pop(name)) + proposal[end:]
    for name in sorted(changed):
        proposal = f"{proposal.rstrip()}\n# New in the data.\n{_block(changed[name])}\n"
    return _with_domains(proposal, before, after)


def feature_blocks(text: str) -> dict[str, tuple[int, int]]:
    """Find where each feature of a schema's text form begins and ends, in their order.

    Args:
        text: A schema that can be parsed.

    Example:
        >>> feature_blocks('feature { name: "a" } # }')
        {'a': (0, 21)}
    """
    found: dict[str, tuple[int, int]] = {}
    depth, start, word = 0, 0, ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0 and word == "feature":
                block = text[start : match.end()]
                found[text_format.Parse(block, schema_pb2.Schema()).feature[0].name] = (start, match.end())
        elif depth == 0 and token[0] not in "#\"'":
            start, word = match.start(), token
    return found


def _block(feature: schema_pb2.Feature) -> str:
    return text_format.MessageToString(schema_pb2.Schema(feature=[feature]), as_utf8=True).rstrip()


def _with_domains(proposal: str, before: schema_pb2.Schema, after: schema_pb2.Schema) -> str:
    """Add the domains that TFDV made for new values and that stand outside the features."""
    known = {domain.name for domain in before.string_domain}
    used = {feature.domain for feature in text_format.Parse(proposal, schema_pb2.Schema()).feature if feature.domain}
    added = [domain for domain in after.string_domain if domain.name in used - known]
    return proposal + "".join(
        text_format.MessageToString(schema_pb2.Schema(string_domain=[domain]), as_utf8=True) for domain in added
    )
