from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_metadata as mlmd
import pytest
from ml_metadata.proto import metadata_store_pb2

from components.errors import InputError
from pipeline.binding import bind, keep_ledger


@pytest.fixture
def store() -> Any:
    connection = metadata_store_pb2.ConnectionConfig()
    connection.fake_database.SetInParent()
    return mlmd.MetadataStore(connection)


def test_ledger_that_vanished_is_missed_before_anything_is_divided_anew(store: Any, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.parquet"
    bind(tmp_path, tmp_path / "artifacts", store, "memory", ledger)
    keep_ledger(tmp_path, ledger)
    bind(tmp_path, tmp_path / "artifacts", store, "memory", ledger)
    ledger.write_bytes(b"kept")
    keep_ledger(tmp_path, ledger)
    ledger.unlink()
    with pytest.raises(InputError, match="must be kept with the artifacts"):
        bind(tmp_path, tmp_path / "artifacts", store, "memory", ledger)


def test_another_ledger_divides_anew(store: Any, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.parquet"
    bind(tmp_path, tmp_path / "artifacts", store, "memory", ledger)
    ledger.write_bytes(b"kept")
    keep_ledger(tmp_path, ledger)
    ledger.unlink()
    another = tmp_path / "new.parquet"
    bind(tmp_path, tmp_path / "artifacts", store, "memory", another)
    another.write_bytes(b"kept")
    keep_ledger(tmp_path, another)
    another.unlink()
    with pytest.raises(InputError, match=r"new\.parquet, by which"):
        bind(tmp_path, tmp_path / "artifacts", store, "memory", another)


def test_folder_of_another_store_is_refused(store: Any, tmp_path: Path) -> None:
    bind(tmp_path, tmp_path / "artifacts", store, "memory", tmp_path / "ledger.parquet")
    connection = metadata_store_pb2.ConnectionConfig()
    connection.sqlite.filename_uri = str(tmp_path / "other.sqlite")
    connection.sqlite.connection_mode = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    with pytest.raises(InputError, match="must keep its metadata store"):
        bind(tmp_path, tmp_path / "artifacts", mlmd.MetadataStore(connection), "other", tmp_path / "ledger.parquet")
