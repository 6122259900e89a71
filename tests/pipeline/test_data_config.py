"""What the section `data` says of spans, names and columns, and what a local run makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from components.errors import ConfigError
from pipeline.commands.pack import pack
from pipeline.config import Config
from pipeline.load_config import load_config

LITE = Path(__file__).parents[2] / "configs" / "lite.yaml"


def load(tmp_path: Path, *overrides: str) -> Config:
    return load_config(LITE, [f"output={tmp_path / 'out'}", f"data.root={tmp_path / 'data'}", *overrides])


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        ("data.slices=[language, label]", "data.slices"),
        ("data.slices=[language, language]", "data.slices"),
        ("data.slices=['no good']", "data.slices"),
        ("data.features.text=image", "data.features"),
        ("data.features.caption=x", "data.features.caption: no such key"),
        ("data.window=0", "data.window"),
    ],
)
def test_names_and_windows_that_cannot_be_are_faults(tmp_path: Path, override: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        load(tmp_path, override)


def test_span_is_a_slice_that_ingest_makes_and_no_column_of_the_data(tmp_path: Path) -> None:
    assert load(tmp_path, "data.slices=[language, span]").data.slices == ("language", "span")
    with pytest.raises(ConfigError, match="unlike span"):
        load(tmp_path, "data.slices=[span, span]")
    refused = CliRunner().invoke(pack, [str(tmp_path), "--out", str(tmp_path), "--span", "1", "--slices", "span"])
    assert refused.exit_code == 2
    assert "Received: span" in refused.output


def test_local_run_resolves_window_versions_and_schema_before_its_graph(tmp_path: Path) -> None:
    from pipeline.local import resolve

    for name in ("span-1", "span-3", "span-3/v1"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "pairs.tfrecord.gz").write_bytes(b"records")
    one, two = (resolve(load(tmp_path, f"data.window={window}")) for window in (1, 2))
    assert (one.adjustable.span, two.adjustable.span) == ("3", "3")
    assert one.input_fingerprint != two.input_fingerprint
    (tmp_path / "data" / "span-3" / "v1" / "pairs.tfrecord.gz").write_bytes(b"others!")
    changed = resolve(load(tmp_path))
    assert changed.input_fingerprint != one.input_fingerprint
    sliced = resolve(load(tmp_path, "data.slices=[language]"))
    assert sliced.schema != one.schema
    assert 'name: "language"' in sliced.schema
