"""Object-store URIs and the local paths that Kubeflow's launcher copies them to and from. Pure."""

from __future__ import annotations

_FOLDERS = {"s3://": "/s3/", "gs://": "/gcs/", "minio://": "/minio/"}


def to_local(uri: str, root: str = "") -> str:
    """Return the launcher's local path of a URI; what is on no object store stays as it is.

    Args:
        uri: A URI, or a path.
        root: What the launcher's folders lie under, where that is not `/`.

    Example:
        >>> to_local("minio://mlpipeline/v2/artifacts/model")
        '/minio/mlpipeline/v2/artifacts/model'

    Reference:
        kubeflow/pipelines, backend/src/v2/component/launcher_v2.go, LocalPathForURI.
    """
    for scheme, folder in _FOLDERS.items():
        if uri.startswith(scheme):
            return f"{root}{folder}{uri[len(scheme) :]}"
    return uri


def to_remote(path: str, root: str = "") -> str:
    """Return the URI that a local path is a copy of: the inverse of `to_local`."""
    for scheme, folder in _FOLDERS.items():
        if path.startswith(f"{root}{folder}"):
            return f"{scheme}{path[len(root) + len(folder) :]}"
    return path
