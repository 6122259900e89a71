from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.errors import ConfigError
from pipeline.config import Config
from pipeline.load_config import load_config

BASE = {
    "name": "tiny",
    "preset": "lite",
    "output": "out",
    "data": {"root": "data"},
    "image": {"weights": "package"},
    "text": {"encoder": "none"},
    "text_branch": {"kinds": ["lexical"]},
}
VERTEX = {"backend": "vertex", "pipeline_root": "gs://b", "data_root": "/gcs/b/data", "output": "/gcs/b/out"}


def load(folder: Path, kubeflow: dict[str, Any]) -> Config:
    (folder / "c.yaml").write_text(yaml.safe_dump(BASE))
    return load_config(folder / "c.yaml", ["kubeflow=" + json.dumps(kubeflow)])


@pytest.mark.parametrize(
    ("kubeflow", "fault"),
    [
        ({"data_root": "data"}, "kubeflow.data_root"),
        ({"data_root": "/mnt/fusegate/../etc"}, "a path must not lead upwards"),
        ({"push_to": "/srv/models"}, "push_to must lie on one of the volumes, unlike /srv/models"),
        ({"volumes": [{"claim": "Fuse_gate", "mount": "/mnt/fusegate"}]}, "kubeflow.volumes.0.claim"),
        ({"volumes": [{"claim": "a", "mount": "/mnt/fusegate"}] * 2}, "a mount of its own"),
        ({"cache": {"LiveModel": True}}, "LiveModel read what is not among their inputs"),
        ({"resources": {"Trainer": {"cpus": 2}}}, "kubeflow.resources.Trainer.cpus: no such key.*Did you mean 'cpu'"),
        ({"resources": {"Trainre": {"cpu": 2}}}, "kubeflow.resources.Trainre: Input should be 'LiveModel'"),
        ({"retries": {"Trainer": 99}}, "kubeflow.retries.Trainer"),
        ({"env": {"A=B": "x"}}, "kubeflow.env.A=B"),
        ({"pipeline_root": "/tmp/x"}, "kubeflow.pipeline_root"),
        (VERTEX | {"data_root": "/mnt/data"}, "data_root must begin with /gcs/"),
        (VERTEX | {"pipeline_root": "s3://b"}, "gs://bucket/path for Vertex"),
        (VERTEX | {"secrets": [{"secret": "a", "key": "b", "env": "C"}]}, "Vertex mounts no volumes"),
    ],
)
def test_setting_that_no_backend_could_use_is_a_fault(kubeflow: dict[str, Any], fault: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=fault):
        load(tmp_path, kubeflow)


def test_each_backend_is_satisfied_with_little(tmp_path: Path) -> None:
    assert load(tmp_path, {}).kubeflow.volumes[0].claim == "fusegate"
    assert load(tmp_path, VERTEX).kubeflow.backend == "vertex"
