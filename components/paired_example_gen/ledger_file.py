"""The file that keeps a ledger: Parquet, replaced as a whole."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import uuid
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

from components.errors import FusegateError, InputError
from components.paired_example_gen.ledger import Entry, Ledger
from components.paired_example_gen.perceptual import SIGNS_VERSION

_MADE_WITH = b"fusegate.made_with"
_FIELDS = {"fingerprint": pa.string(), "group": pa.string(), "split": pa.string(), "signs": pa.binary()}


@dataclasses.dataclass(frozen=True)
class LedgerFile:
    """A ledger as it was read, and where from.

    Attributes:
        path: The file.
        made_with: Seed, shares and grouping: all that a split depends on beside the data.
        ledger: What the file held; an empty ledger where there is no file yet.
        digest: SHA-256 of the file; empty where there is none.
    """

    path: str
    made_with: str
    ledger: Ledger
    digest: str

    @classmethod
    def read(cls, path: str, shares: Mapping[str, float], seed: int, group_by: str) -> LedgerFile:
        """Read a ledger.

        Args:
            path: The file, local or on any file system that TensorFlow opens.
            shares: Share of each split.
            seed: Seed of the splits.
            group_by: Which half makes a group.

        Raises:
            InputError: If the file is no ledger, or one that was made with another seed, shares or grouping.
        """
        made_with = json.dumps(
            {"seed": seed, "shares": dict(shares), "group_by": group_by, "signs": SIGNS_VERSION}, sort_keys=True
        )
        content = _content(path)
        if not content:
            return cls(path, made_with, Ledger(), "")
        try:
            table = pq.read_table(io.BytesIO(content))
            found = (table.schema.metadata or {})[_MADE_WITH].decode()
            columns = [table.column(name).to_pylist() for name in _FIELDS]
        except (pa.ArrowException, KeyError) as error:
            raise InputError(
                f"a ledger must be a file that this component wrote. Received: {path} ({error}). "
                "Restore it from a copy, or name another data.ledger"
            ) from error
        if found != made_with:
            raise InputError(
                f"a ledger must be used with what it was made with, {found}. Received: {made_with}. Put the values "
                f"back; or name another data.ledger than {path}, which divides all anew: what was tested on is then "
                "trained on, and no later figure compares with an earlier one"
            )
        entries = {fingerprint: Entry(*rest) for fingerprint, *rest in zip(*columns, strict=True)}
        return cls(path, made_with, Ledger(entries), hashlib.sha256(content).hexdigest())

    def write(self, ledger: Ledger) -> None:
        """Put a grown ledger in this one's place; nobody ever sees a part of it.

        Raises:
            FusegateError: If another run has written the file since it was read.
        """
        if ledger is self.ledger:
            return
        content = _content(self.path)
        if (hashlib.sha256(content).hexdigest() if content else "") != self.digest:
            raise FusegateError(
                f"one run at a time must write a ledger. Received: {self.path}, which another one has written since "
                "this one read it. Run again"
            )
        rows = [(fingerprint, *entry) for fingerprint, entry in sorted(ledger.entries.items())]
        columns = zip(*rows, strict=True)
        schema = pa.schema(list(_FIELDS.items()), metadata={_MADE_WITH: self.made_with.encode()})
        table = pa.table(
            [pa.array(column, kind) for column, kind in zip(columns, _FIELDS.values(), strict=True)], schema=schema
        )
        stream = io.BytesIO()
        pq.write_table(table, stream, compression="zstd")
        tf.io.gfile.makedirs(self.path.rpartition("/")[0] or ".")
        staged = f"{self.path}.{uuid.uuid4().hex}"
        with tf.io.gfile.GFile(staged, "wb") as file:
            file.write(stream.getvalue())
        tf.io.gfile.rename(staged, self.path, overwrite=True)


def _content(path: str) -> bytes:
    if not tf.io.gfile.exists(path):
        return b""
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read()
