from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.errors import ConfigError, InputError
from pipeline.kubeflow_client.pipeline_file import PipelineFile


def change(source: Path, target: Path, **fields: Any) -> Path:
    spec = yaml.safe_load(source.read_text()) | fields
    target.write_text(yaml.safe_dump(spec))
    return target


def test_name_digest_and_parameters_are_read(compiled: Path) -> None:
    read = PipelineFile.read(compiled)
    assert read.name == "memes"
    assert read.digest == hashlib.sha256(compiled.read_bytes()).hexdigest()
    assert read.parameters["epochs"]["parameterType"] == "NUMBER_INTEGER"
    assert set(read.parameters) == {"data_root", "span", "epochs", "min_gain", "warm_start", "slices", "card"}


def test_platforms_document_is_no_second_pipeline(compiled: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.yaml"
    both.write_text(compiled.read_text() + "---\nplatforms:\n  kubernetes: {}\n")
    assert PipelineFile.read(both).name == "memes"


def test_all_that_the_server_would_refuse_is_told_at_once(compiled: Path, tmp_path: Path) -> None:
    broken = change(
        compiled, tmp_path / "broken.yaml", schemaVersion="2.0.0", pipelineInfo={"name": "Memes_1"}, root=None
    )
    with pytest.raises(ConfigError) as caught:
        PipelineFile.read(broken)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["schemaVersion", "pipelineInfo.name", "root"]


@pytest.mark.parametrize("definitions", [{"parameters": ["span"]}, {"parameters": {"span": "STRING"}}, ["span"]])
def test_parameters_of_another_shape_are_refused(definitions: Any, compiled: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must map names to definitions"):
        PipelineFile.read(change(compiled, tmp_path / "odd.yaml", root={"inputDefinitions": definitions}))


@pytest.mark.parametrize("content", ["[1, 2", "", "- 1", "pipelineInfo: {name: a}\n---\npipelineInfo: {name: b}"])
def test_file_that_is_no_compiled_pipeline_is_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(content)
    with pytest.raises(InputError, match=f"Received: {file}"):
        PipelineFile.read(file)


@pytest.mark.parametrize("name", ["none.yaml", "pipeline.json"])
def test_missing_file_and_other_kinds_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "pipeline.json").write_text("{}")
    with pytest.raises(InputError, match="fusegate kubeflow compile"):
        PipelineFile.read(tmp_path / name)


def test_yaml_that_would_build_an_object_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text("!!python/object/apply:os.mkdir ['made']")
    with pytest.raises(InputError, match="must be YAML"):
        PipelineFile.read(file)
