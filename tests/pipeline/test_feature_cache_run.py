"""The feature cache in whole runs: what is new is encoded, and the cache may lie anywhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from components.frozen_features.cache_location import VARIABLE
from components.pack.pack import pack
from pipeline.demo.memes import draw_memes
from pipeline.execute import execute
from pipeline.local import Run
from pipeline.report.run_summary import FeatureCounts
from pipeline.summarize import summarize

pytestmark = pytest.mark.pipeline


def features(run: Run) -> Any:
    return run.nodes["FrozenFeatures"]


def test_the_first_run_fills_the_cache_in_the_output_folder(first_run: Run) -> None:
    assert summarize(first_run).features == {"image": FeatureCounts(236, 0, 236, 0)}
    assert list((Path(first_run.config.output) / "features").glob("*/*.arrow"))
    assert VARIABLE not in os.environ


@pytest.mark.slow
def test_a_window_with_a_new_span_encodes_that_span_and_tells_so(
    world: Any, first_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(world.folder / "data", tmp_path / "data")
    manifest = draw_memes(tmp_path / "memes", 24, seed=99, size=(96, 96))
    manifest.write_text(manifest.read_text().replace('"id": "', '"id": "new-'))
    pack(manifest, tmp_path / "data", 2)
    config = world.config(
        f"data.root={tmp_path / 'data'}",
        "data.window=2",
        f"output={tmp_path / 'out'}",
        f"feature_cache.location={first_run.config.features}",
    )
    execute(config)
    assert "image   24 encoded, 236 from the feature cache" in capsys.readouterr().out
    (report,) = (tmp_path / "out" / "runs").glob("*/report.html")
    assert "From the feature cache" in report.read_text()
    assert not (tmp_path / "out" / "features").exists()
