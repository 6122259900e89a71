"""Scoring with a real small export."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from components import keys
from components.errors import InputError
from components.pack.pack import pack
from components.predict import source
from components.predict.predict import predict
from components.variant.with_variant import with_variant
from tests.components.small_model import draw_pairs, train_path, write_model

ROOT = Path(__file__).parents[3]
PAIRS = draw_pairs(20)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A push destination with one version."""
    folder = tmp_path_factory.mktemp("model")
    path = write_model(folder, PAIRS)
    destination = folder / "models"
    destination.mkdir()
    Path(path).rename(destination / "7")
    return str(destination)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Pairs, then rows with a half missing or a fault."""
    (tmp_path / "img").mkdir()
    rows: list[dict[str, Any]] = []
    for pair_id, picture, text in PAIRS:
        (tmp_path / "img" / f"{pair_id}.png").write_bytes(picture)
        rows.append({"id": pair_id, "img": f"img/{pair_id}.png", "text": text, "label": len(rows) % 2})
    (tmp_path / "img" / "bad.jpg").write_bytes(b"\xff\xd8\xffno picture")
    rows += [
        {"id": "no text", "img": "img/p000.png", "text": ""},
        {"id": "no image", "img": None, "text": PAIRS[0][2]},
        {"id": "neither", "text": ""},
        {"id": "corrupt", "img": "img/bad.jpg", "text": "x"},
        {"id": "outside", "img": "../../etc/passwd", "text": "x"},
    ]
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "not JSON\n")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_row_is_scored_as_the_training_path_scores_it_or_has_its_reason(model: str, manifest: Path) -> None:
    out = manifest.with_name("scores.jsonl")
    predicted = predict(model, manifest, out, batch_size=7)
    rows = read(out)
    assert [row["id"] for row in rows[: len(PAIRS)]] == [pair_id for pair_id, _, _ in PAIRS]
    _, trained = train_path(PAIRS)
    for name in keys.OUTPUTS:
        assert [row[name] for row in rows[: len(PAIRS)]] == pytest.approx(list(trained[name]), abs=1e-5)
    assert all(row["probability"] == row["fused"] for row in rows[: len(PAIRS)])
    by_id = {row["id"]: row for row in rows}
    assert (by_id["no text"]["fused"], by_id["no text"]["text_used"]) == (rows[0]["image_only"], 0)
    assert (by_id["no image"]["fused"], by_id["no image"]["image_used"]) == (rows[0]["text_only"], 0)
    assert by_id["no image"]["drove"] in ("text", "neither")
    errors = {row["id"]: row["error"] for row in rows if row["error"]}
    assert errors == {
        "neither": "image_missing",
        "corrupt": "image_not_decodable",
        "outside": "image_outside_folder",
        "": "manifest_line_invalid",
    }
    assert (predicted.rows, predicted.scored, predicted.kept) == (len(PAIRS) + 6, len(PAIRS) + 2, 0)
    assert not out.with_name("scores.jsonl.parts").exists()


def test_csv_and_parquet_hold_the_same_table(model: str, manifest: Path) -> None:
    for suffix in ("jsonl", "csv", "parquet"):
        predict(model, manifest, manifest.with_name(f"scores.{suffix}"))
    rows = read(manifest.with_name("scores.jsonl"))
    assert pq.read_table(manifest.with_name("scores.parquet")).to_pylist() == rows
    with manifest.with_name("scores.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [
            {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
        ]


def test_packed_span_and_folder_tree_are_scored_alike(model: str, manifest: Path, tmp_path: Path) -> None:
    pack(manifest, tmp_path / "data", 1)
    tree = tmp_path / "tree"
    tree.mkdir()
    for pair_id, picture, text in PAIRS:
        (tree / f"{pair_id}.png").write_bytes(picture)
        (tree / f"{pair_id}.txt").write_text(text)
    for given in (manifest, tmp_path / "data" / "span-1", tree):
        predict(model, given, tmp_path / f"{given.name}.out.jsonl")
    tables = [
        {row["id"]: (row["fused"], row["drove"]) for row in read(tmp_path / f"{name}.out.jsonl")}
        for name in ("manifest.jsonl", "span-1", "tree")
    ]
    assert tables[2].keys() == {pair_id for pair_id, _, _ in PAIRS}
    for table in tables:
        assert {pair_id: table[pair_id] for pair_id in tables[2]} == tables[2]


def test_killed_run_goes_on_and_ends_with_the_same_file(
    model: str, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    monkeypatch.setattr(source, "PART_ROWS", 6)
    predict(model, manifest, whole)
    script = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from components.predict import predict, run_parts, source\n"
        "source.PART_ROWS = 6\n"
        "save = run_parts.write_durably\n"
        "def dying(path, content):\n"
        "    if path.name == '000002.jsonl': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    save(path, content)\n"
        "run_parts.write_durably = dying\n"
        f"predict.predict({model!r}, Path({str(manifest)!r}), Path({str(out)!r}))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env={**os.environ}, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    parts = tmp_path / "out.jsonl.parts"
    assert sorted(path.name for path in parts.glob("0*")) == ["000000.jsonl", "000001.jsonl"]
    assert not out.exists()
    assert predict(model, manifest, out).kept == 12
    assert out.read_bytes() == whole.read_bytes() and not parts.exists()


def test_parts_of_another_scoring_are_refused_until_restarted(model: str, manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    parts = tmp_path / "out.jsonl.parts"
    parts.mkdir()
    (parts / "job.json").write_text(json.dumps({"model": "another"}))
    (parts / "000000.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match=r"begun with another .*model.*Add --restart"):
        predict(model, manifest, out)
    assert predict(model, manifest, out, restart=True).kept == 0
    with pytest.raises(InputError, match="Add --overwrite"):
        predict(model, manifest, out)


def test_served_variant_is_what_is_told(model: str, manifest: Path, tmp_path: Path) -> None:
    with_variant(f"{model}/7", keys.TEXT_ONLY, str(tmp_path / "variant"))
    predicted = predict(str(tmp_path / "variant"), manifest, tmp_path / "out.jsonl")
    rows = read(tmp_path / "out.jsonl")[: len(PAIRS)]
    assert predicted.served == keys.TEXT_ONLY
    assert all(row["probability"] == row["text_only"] and row["drove"] in ("text", "neither") for row in rows)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "nowhere.jsonl"}, "--input must be a manifest"),
        ({"out": "scores.txt"}, "--out must end in .jsonl"),
        ({"out": "nowhere/scores.csv"}, "--out must be in a folder that is there"),
        ({"model": "nowhere"}, "--model must be a push destination with a live version"),
        ({"source": "empty"}, "--input must hold rows"),
    ],
)
def test_unusable_path_is_refused_and_leaves_nothing(
    model: str, manifest: Path, tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    (tmp_path / "empty").mkdir()
    arguments = {"model": model, "source": str(manifest), "out": "out.jsonl"} | change
    with pytest.raises(InputError, match=reason):
        predict(arguments["model"], tmp_path / arguments["source"], tmp_path / arguments["out"])
    assert not list(tmp_path.glob("*.parts"))
