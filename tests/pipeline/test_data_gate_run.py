"""DataGate in a whole run: against what is live, and against a schema that the data do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from google.protobuf import text_format
from PIL import Image
from tensorflow_metadata.proto.v0 import schema_pb2

from components.data_gate.reference import read_reference
from components.errors import InputError
from components.live_model import registry
from components.pack.pack import pack
from pipeline.commands.quarantine import quarantine
from pipeline.commands.schema import schema
from pipeline.local import Run, run_local
from pipeline.schema_text import DEFAULT_SCHEMA
from pipeline.summarize import summarize

pytestmark = pytest.mark.pipeline


def test_pushed_version_keeps_the_statistics_of_its_training_data(first_run: Run) -> None:
    models = str(first_run.config.models)
    version = registry.live_version(models)
    assert version is not None
    kept = read_reference(registry.reference_path(models, version))
    assert kept is not None
    assert kept.statistics.datasets[0].num_examples == kept.summary.examples > 100


@pytest.mark.slow
def test_darker_pictures_stop_the_next_run_before_training(world, first_run: Run) -> None:
    memes = world.folder / "darker"
    (memes / "img").mkdir(parents=True)
    rows = [json.loads(line) for line in (world.folder / "memes" / "manifest.jsonl").read_text().splitlines()]
    kept = []
    for row in rows:
        source = world.folder / "memes" / row["img"]
        try:
            with Image.open(source) as image:
                dark = image.convert("RGB").point(lambda value: value // 4)
        except OSError:
            continue
        dark.save(memes / "img" / f"{len(kept)}.png")
        kept.append(row | {"img": f"img/{len(kept)}.png"})
    (memes / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept))
    pack(memes / "manifest.jsonl", world.folder / "dark-data", 1)
    run = run_local(world.config(f"data.root={world.folder / 'dark-data'}", "data.max_bad_share=0.5"))
    assert "the brightness of a picture" in str(run.failure)
    assert "data_gate.drift_limits.brightness" in str(run.failure)
    assert "Look at: " in str(run.failure)
    assert "FrozenFeatures" not in run.nodes


def test_schema_that_the_data_do_not_fit_stops_the_run_and_accept_proposes_the_change(
    world, first_run: Run, tmp_path: Path
) -> None:
    narrow = tmp_path / "narrow.pbtxt"
    narrow.write_text(DEFAULT_SCHEMA.read_text().replace("max: 1 is_categorical", "max: 0 is_categorical"))
    run = run_local(world.config(f"schema_file={narrow}"))
    assert f"fusegate schema accept {run.run_id}" in str(run.failure)
    arguments = ["accept", run.run_id, "--config", str(world.file), "--set", f"schema_file={narrow}"]
    printed = CliRunner().invoke(schema, arguments, catch_exceptions=False).output
    assert "Nothing is written" in printed
    assert "max: 0" in narrow.read_text()
    assert "-  int_domain" in printed
    CliRunner().invoke(schema, [*arguments, "--write"], catch_exceptions=False)
    features = text_format.Parse(narrow.read_text(), schema_pb2.Schema()).feature
    assert {feature.name: feature.int_domain.max for feature in features}["label"] == 1
    assert narrow.read_text().startswith(DEFAULT_SCHEMA.read_text().split("feature {")[0])
    with pytest.raises(InputError, match="no schema_file"):
        CliRunner().invoke(
            schema, ["accept", run.run_id, "--config", str(world.file), "--write"], catch_exceptions=False
        )


def test_quarantine_of_a_run_is_found_by_its_id_and_its_records_are_exported(
    world, first_run: Run, tmp_path: Path
) -> None:
    summarize(first_run).save(first_run.folder / "summary.json")
    arguments = [first_run.run_id, "--config", str(world.file)]
    printed = CliRunner().invoke(quarantine, arguments, catch_exceptions=False).output
    assert "image_not_decodable" in printed
    printed = CliRunner().invoke(quarantine, [*arguments, "--export", str(tmp_path / "mend")], catch_exceptions=False)
    assert "Exported 4 of 4 pairs" in printed.output
