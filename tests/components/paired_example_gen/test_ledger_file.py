from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from components import keys
from components.errors import FusegateError, InputError
from components.paired_example_gen.ledger import Entry, Ledger
from components.paired_example_gen.ledger_file import LedgerFile

SHARES = {keys.TRAIN: 0.6, keys.EVAL: 0.2, keys.TEST: 0.2}
ENTRIES = {"i1": Entry("i1", keys.TRAIN, bytes(range(32))), "t1": Entry("i1", keys.TRAIN), "t2": Entry("t2", keys.TEST)}


def read(path: Path, shares: dict[str, float] = SHARES, seed: int = 7, group_by: str = "both") -> LedgerFile:
    return LedgerFile.read(str(path), shares, seed, group_by)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "made" / "ledger.parquet"
    read(path).write(Ledger(ENTRIES))
    return path


def test_what_was_written_is_read_back(path: Path) -> None:
    assert read(path).ledger == Ledger(ENTRIES)
    assert [each.name for each in path.parent.iterdir()] == ["ledger.parquet"]


def test_file_opens_with_any_reader_of_parquet(path: Path) -> None:
    assert pq.read_table(path).select(["fingerprint", "group", "split"]).to_pylist()[1] == {
        "fingerprint": "t1",
        "group": "i1",
        "split": "train",
    }


def test_ledger_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "none.parquet").ledger == Ledger()


def test_ledger_that_did_not_grow_is_not_written_again(path: Path) -> None:
    before = path.stat().st_mtime_ns
    file = read(path)
    file.write(file.ledger.grown({}, {}))
    assert path.stat().st_mtime_ns == before


def test_equal_ledgers_are_equal_files_whatever_order_they_grew_in(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    read(other).write(Ledger(dict(reversed(ENTRIES.items()))))
    assert other.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "changed", [{"seed": 8}, {"shares": SHARES | {keys.TRAIN: 0.5, keys.EVAL: 0.3}}, {"group_by": "text"}]
)
def test_ledger_of_another_seed_shares_or_grouping_is_refused_with_both_and_the_way_out(
    path: Path, changed: dict
) -> None:
    with pytest.raises(InputError, match=r'"seed": 7.*Received: .*Put the values back; or name another data\.ledger'):
        read(path, **changed)


@pytest.mark.parametrize("content", [b"not parquet", b"PAR1"])
def test_file_that_is_no_ledger_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match="a ledger must be a file that this component wrote"):
        read(path)


def test_table_of_another_maker_is_refused(path: Path) -> None:
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    with pytest.raises(InputError, match="a ledger must be a file that this component wrote"):
        read(path)


def test_file_that_another_run_has_written_meanwhile_is_not_overwritten(path: Path) -> None:
    file = read(path)
    read(path).write(Ledger(ENTRIES | {"t3": Entry("t3", keys.EVAL)}))
    written = path.read_bytes()
    with pytest.raises(FusegateError, match="one run at a time"):
        file.write(Ledger(ENTRIES | {"t4": Entry("t4", keys.TEST)}))
    assert path.read_bytes() == written


def test_groups_that_became_one_have_one_name_in_the_grown_ledger() -> None:
    grown = Ledger(ENTRIES).grown({"i9": Entry("i0", keys.TRAIN)}, {"i1": "i0"})
    assert {fingerprint: entry.group for fingerprint, entry in grown.entries.items()} == {
        "i1": "i0",
        "t1": "i0",
        "t2": "t2",
        "i9": "i0",
    }
    assert grown.entries["i1"].signs == bytes(range(32))
