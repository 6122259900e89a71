"""`fusegate doctor` as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from pipeline import cli


@pytest.fixture
def arrays() -> dict[str, Any]:
    generator = np.random.default_rng(0)
    return {"x": generator.standard_normal((64, 8)).astype("float32"), "label": generator.permutation(64) % 2}


def save_model(folder: Path, activation: str = "sigmoid", *, extra: Any = None) -> Path:
    x = keras.Input((8,), name="x")
    hidden = layers.Dense(6, "tanh")(x)
    hidden = extra(hidden) if extra is not None else hidden
    model = keras.Model(x, layers.Dense(1, activation)(hidden))
    model.compile("adam", "binary_crossentropy")
    model.save(folder / "model.keras")
    return folder / "model.keras"


def save_arrays(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "arrays.npz", **arrays)
    return folder / "arrays.npz"


def doctor(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["fusegate", "doctor", *map(str, arguments)])
    with pytest.raises(SystemExit) as leave:
        cli.main()
    return int(leave.value.code or 0)


def test_wrong_model_leaves_with_1_and_its_findings(
    tmp_path: Path, arrays: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, data = save_model(tmp_path, "softmax"), save_arrays(tmp_path, **arrays, extra=np.zeros(2))
    assert doctor(monkeypatch, model, "--data", data) == 1
    printed = capsys.readouterr().out
    assert all(part in printed for part in ("FG001", "FG003", "Evidence:", "Why:", "Mend:", "Arrays not read: extra"))


def test_json_holds_the_findings_alone(
    tmp_path: Path, arrays: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, data = save_model(tmp_path, "softmax"), save_arrays(tmp_path, **arrays)
    assert doctor(monkeypatch, model, "--data", data, "--json") == 1
    assert [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]] == ["FG001", "FG003"]


def test_right_model_leaves_with_0_and_so_does_a_warning(
    tmp_path: Path, arrays: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save_model(tmp_path)
    assert doctor(monkeypatch, model, "--data", save_arrays(tmp_path, **arrays)) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out
    ordered = save_arrays(tmp_path, x=arrays["x"], y=np.sort(arrays["label"]))
    assert doctor(monkeypatch, model, "--data", ordered) == 0
    assert "FG018 warning" in capsys.readouterr().out


def test_validation_arrays_are_taken_from_their_prefix(
    tmp_path: Path, arrays: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    held = {f"val_{name}": array[:10] for name, array in arrays.items()}
    assert doctor(monkeypatch, save_model(tmp_path), "--data", save_arrays(tmp_path, **arrays, **held)) == 1
    assert "FG020" in capsys.readouterr().out


def test_without_arrays_it_says_what_it_could_not_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(monkeypatch, save_model(tmp_path)) == 0
    assert "Not checked:" in capsys.readouterr().out


def test_lambda_of_a_stranger_is_refused_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save_model(tmp_path, extra=layers.Lambda(lambda x: x + 1))
    assert doctor(monkeypatch, model) == 2
    assert "Lambda layer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x": None, "picture": np.zeros((64, 8))}, "missing x"),
        ({"label": None}, "label, labels or y"),
        ({"y": np.zeros(64)}, "once"),
        ({"x": np.zeros((64, 9))}, "(64, 9)"),
        ({"x": np.zeros((32, 8))}, "x 32"),
        ({"x": np.array([{}] * 64)}, "Python objects"),
        ({"val_x": np.zeros((4, 8))}, "val_label"),
    ],
)
def test_arrays_that_cannot_be_used_leave_with_2_and_the_fix(
    change: dict[str, Any],
    said: str,
    tmp_path: Path,
    arrays: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {name: array for name, array in (arrays | change).items() if array is not None}
    assert doctor(monkeypatch, save_model(tmp_path), "--data", save_arrays(tmp_path, **given)) == 2
    error = capsys.readouterr().err
    assert said in error and "Received: " in error and "Traceback" not in error


@pytest.mark.parametrize("broken", ["model", "data"])
@pytest.mark.parametrize("content", [None, b"nothing", "half"])
def test_missing_or_broken_file_leaves_with_2(
    broken: str,
    content: bytes | str | None,
    tmp_path: Path,
    arrays: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = {"model": save_model(tmp_path), "data": save_arrays(tmp_path, **arrays)}
    whole = files[broken].read_bytes()
    files[broken].unlink()
    if content is not None:
        files[broken].write_bytes(content if isinstance(content, bytes) else whole[: len(whole) // 2])
    assert doctor(monkeypatch, files["model"], "--data", files["data"]) == 2
    assert f"Received: {files[broken]}" in capsys.readouterr().err


def test_array_that_claims_too_much_memory_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import zipfile

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 8)})
    with zipfile.ZipFile(tmp_path / "arrays.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    assert doctor(monkeypatch, save_model(tmp_path), "--data", tmp_path / "arrays.npz") == 2
    assert "bytes of memory" in capsys.readouterr().err


def test_help_shows_examples_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pipeline.cli import main; sys.argv = ['fusegate', 'doctor', '--help']\n"
        "try: main()\n"
        "finally: print([name for name in ('tensorflow', 'keras', 'numpy', 'rich') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "fusegate doctor model.keras --data arrays.npz" in printed
    assert "Exit codes: 0" in printed
    assert printed.splitlines()[-1] == "[]"
