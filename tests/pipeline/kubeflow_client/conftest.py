"""A Kubeflow server of its own for each test, and one compiled pipeline for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.kubeflow_client.compile_memes import compile_memes
from tests.pipeline.kubeflow_client.server import World, serve


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("KF_PIPELINES_ENDPOINT", "KF_PIPELINES_TOKEN", "KF_PIPELINES_IAP_OAUTH2_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    with serve() as served:
        yield served


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_memes(tmp_path_factory.mktemp("compiled") / "pipeline.yaml")
