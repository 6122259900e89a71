from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import InputError
from pipeline.rehearse.object_store import ObjectStore


def test_folder_and_file_come_back_as_they_were(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "store")
    (tmp_path / "one" / "s3" / "b" / "model" / "inner").mkdir(parents=True)
    (tmp_path / "one" / "s3" / "b" / "model" / "inner" / "x").write_text("x")
    (tmp_path / "one" / "s3" / "b" / "file").write_text("y")
    assert store.upload("s3://b/model", tmp_path / "one")
    assert store.upload("s3://b/file", tmp_path / "one")
    for uri in ("s3://b/model", "s3://b/file", "s3://b/nothing"):
        store.download(uri, tmp_path / "two")
    assert (tmp_path / "two" / "s3" / "b" / "model" / "inner" / "x").read_text() == "x"
    assert (tmp_path / "two" / "s3" / "b" / "file").read_text() == "y"
    assert not (tmp_path / "two" / "s3" / "b" / "nothing").exists()


def test_upload_says_whether_there_was_anything(tmp_path: Path) -> None:
    assert not ObjectStore(tmp_path / "store").upload("s3://b/model", tmp_path)


def test_link_in_an_output_brings_in_nothing_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "private").write_text("private")
    (tmp_path / "one" / "s3" / "b" / "model").mkdir(parents=True)
    (tmp_path / "one" / "s3" / "b" / "model" / "link").symlink_to(tmp_path / "private")
    ObjectStore(tmp_path / "store").upload("s3://b/model", tmp_path / "one")
    (stored,) = [path for path in (tmp_path / "store").rglob("*") if path.name == "link"]
    assert stored.is_symlink()


@pytest.mark.parametrize("uri", ["/etc/passwd", "s3://b/../../x", "hdfs://b/x", ""])
def test_uri_that_leads_elsewhere_is_refused(uri: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="an artifact must lie on"):
        ObjectStore(tmp_path).download(uri, tmp_path / "scratch")
