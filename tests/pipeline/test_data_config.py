"""What the section `data` says of spans, names and columns, and what a local run makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.errors import ConfigError
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


def test_local_run_resolves_window_versions_and_schema_before_its_graph(tmp_path: Path) -> None:
    from pipeline.local import resolve

    for name in ("span-1", "span-3", "span-3/v1"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "pairs.tfrecord.gz").write_bytes(b"records")
    one, two = (resolve(load(tmp_path, f"data.window={window}")) for window in (1, 2))
    assert (one.span, two.span) == ("3", "3")
    assert one.input_fingerprint != two.input_fingerprint
    (tmp_path / "data" / "span-3" / "v1" / "pairs.tfrecord.gz").write_bytes(b"others!")
    changed = resolve(load(tmp_path))
    assert changed.input_fingerprint != one.input_fingerprint
    sliced = resolve(load(tmp_path, "data.slices=[language]"))
    assert sliced.schema_file != one.schema_file
    assert 'name: "language"' in Path(sliced.schema_file).read_text()
