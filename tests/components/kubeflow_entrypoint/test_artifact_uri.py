from __future__ import annotations

import pytest

from components.kubeflow_entrypoint.artifact_uri import ROOT_VARIABLE, artifact_uri


def test_on_kubeflow_a_path_is_known_by_its_uri(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, "")
    assert artifact_uri("/minio/bucket/model") == "minio://bucket/model"


def test_elsewhere_a_path_is_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    assert artifact_uri("/minio/bucket/model") == "/minio/bucket/model"
