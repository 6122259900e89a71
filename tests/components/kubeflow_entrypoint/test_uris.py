from __future__ import annotations

import pytest

from components.kubeflow_entrypoint.uris import to_local, to_remote

PAIRS = [
    ("s3://bucket/run/model", "/s3/bucket/run/model"),
    ("gs://bucket/run/model", "/gcs/bucket/run/model"),
    ("minio://mlpipeline/v2/artifacts/model", "/minio/mlpipeline/v2/artifacts/model"),
]


@pytest.mark.parametrize(("uri", "path"), PAIRS)
def test_uri_is_mapped_to_the_launchers_path_and_back(uri: str, path: str) -> None:
    assert to_local(uri) == path
    assert to_remote(path) == uri
    assert to_remote(to_local(uri, "/srv/scratch"), "/srv/scratch") == uri


@pytest.mark.parametrize("path", ["/mnt/fusegate/data", "relative/path", "hdfs://host/path", "/s3"])
def test_what_is_on_no_object_store_stays_as_it_is(path: str) -> None:
    assert to_local(path) == path
    assert to_remote(path) == path
