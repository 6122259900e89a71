from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import FusegateError
from pipeline.rehearse.metadata import Metadata, kept_value


@pytest.mark.parametrize(
    ("value", "kept"),
    [("a", "a"), (3, 3.0), (0.5, 0.5), (True, 1.0), (["a"], {"list": ["a"]}), ({"k": 1}, {"struct": {"k": 1}})],
)
def test_value_is_converted_as_the_backend_does(value: object, kept: object) -> None:
    assert kept_value("key", value) == kept
    assert type(kept_value("key", value)) is type(kept)


def test_null_is_refused_as_the_backend_does() -> None:
    with pytest.raises(FusegateError, match="key = null"):
        kept_value("key", None)


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    assert [Metadata(tmp_path).record("s3://b/a", {}, "a"), Metadata(tmp_path).record("s3://b/b", {}, "b")] == [1, 2]
    assert Metadata(tmp_path).runtime_artifact(2)["uri"] == "s3://b/b"
