from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from components.errors import InputError
from pipeline.kubeflow.backend_rules import RefusedByBackend
from pipeline.kubeflow.compiled import Compiled
from pipeline.kubeflow.read_compiled import read_compiled


def test_file_is_read_as_it_was_compiled(compiled: Compiled, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(compiled.to_yaml())
    assert read_compiled(tmp_path / "p.yaml") == compiled


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("a: [", "must be YAML"),
        ("a: 1\n", "with 0 and 1"),
        ("pipelineInfo: {}\nroot: {}\n---\npipelineInfo: {}\nroot: {}\n", "with 2 and 0"),
        ("pipelineInfo: {}\nroot: {}\n---\na: 1\n---\nb: 1\n", "with 1 and 2"),
    ],
)
def test_file_of_other_documents_is_bad_input(content: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(content)
    with pytest.raises(InputError, match=fault):
        read_compiled(tmp_path / "p.yaml")


def test_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a file"):
        read_compiled(tmp_path / "none.yaml")


def test_file_that_the_backend_would_refuse_is_refused(compiled: Compiled, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(compiled.spec | {"schemaVersion": "2.0.0"}))
    with pytest.raises(RefusedByBackend, match="schemaVersion must be 2.1.0"):
        read_compiled(tmp_path / "p.yaml")
