"""A record of the quarantine: what was set apart as it came, with the reason."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components.keys import ID, OFFSET, REASON, RECORD, SOURCE
from components.pack.example import encode_features
from components.pairs.rejection import Rejection

# Its parts were bounded when it was written; this bounds what a stranger's file can claim.
MAX_QUARANTINED_BYTES = 1 << 30
# By which a record and its line in the index are known to be of one pair.
Key = tuple[str, str, str]


def encode_quarantined(rejection: Rejection, record: bytes) -> bytes:
    """Returns what was set apart as a serialised `tf.train.Example`; equal ones give equal bytes.

    Args:
        rejection: Why.
        record: The pair as it was received, a serialised example as a rule; empty where it cannot be read.

    Returns:
        Features `id`, `reason`, `source` and `record` (bytes, one value each) and, where it is known, `offset` (int64).
    """
    texts = {ID: rejection.id, REASON: str(rejection.reason), SOURCE: rejection.source}
    values = {name: pa.array([[value.encode("utf-8", "backslashreplace")]]) for name, value in texts.items()}
    if rejection.offset is not None:
        values[OFFSET] = pa.array([[rejection.offset]])
    return encode_features(values | {RECORD: pa.array([[record]])})


def decode_quarantined(content: bytes) -> tuple[Key, bytes]:
    """Returns source, reason and id of a record of the quarantine, and the pair as it was received.

    Args:
        content: What `encode_quarantined` made.
    """
    batch = ExamplesToRecordBatchDecoder().DecodeBatch([content])
    columns: dict[str, Any] = dict(zip(batch.schema.names, batch.columns, strict=True))
    source, reason, pair_id, record = (columns[name][0][0].as_py() for name in (SOURCE, REASON, ID, RECORD))
    return (source.decode(), reason.decode(), pair_id.decode()), record
