"""LiveModel's executor with real artifacts."""

from __future__ import annotations

from pathlib import Path

from tfx.types import standard_artifacts

from components.live_model import registry
from components.live_model.executor import Executor


def emit(folder: Path) -> standard_artifacts.Model:
    live = standard_artifacts.Model()
    live.uri = str(folder / "artifact")
    Executor().Do({}, {"model": [live]}, {"destination": str(folder / "models")})
    return live


def test_live_version_comes_with_the_statistics_that_it_was_pushed_with(tmp_path: Path) -> None:
    models = tmp_path / "models"
    for version in (4, 7):
        (models / str(version)).mkdir(parents=True)
        (models / str(version) / "saved_model.pb").write_bytes(b"model")
        reference = Path(registry.reference_path(str(models), version))
        reference.mkdir(parents=True)
        (reference / "summary.json").write_text(f"of {version}")
    assert registry.live_version(str(models)) == 7
    live = emit(tmp_path)
    assert live.get_int_custom_property("live_version") == 7
    assert (Path(live.uri) / "reference" / "summary.json").read_text() == "of 7"


def test_version_that_was_pushed_without_statistics_comes_without_and_so_does_nothing(tmp_path: Path) -> None:
    assert emit(tmp_path).get_int_custom_property("live_version") == 0
    (tmp_path / "models" / "7").mkdir(parents=True)
    (tmp_path / "models" / "7" / "saved_model.pb").write_bytes(b"model")
    live = emit(tmp_path)
    assert live.get_int_custom_property("live_version") == 7
    assert not (Path(live.uri) / "reference").exists()
