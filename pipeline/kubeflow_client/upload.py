"""One version on the server for one content of the compiled file."""

from __future__ import annotations

import dataclasses

import kfp_server_api

from components.errors import InputError
from pipeline.kubeflow_client.calling import calling
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.equals import equals
from pipeline.kubeflow_client.pipeline_file import PipelineFile

CONFLICT = 409


@dataclasses.dataclass(frozen=True)
class Version:
    """A version of a pipeline on the server.

    Attributes:
        pipeline_id: The pipeline.
        version_id: The version.
        reused: Whether it was there already.
    """

    pipeline_id: str
    version_id: str
    reused: bool


def upload(client: Client, compiled: PipelineFile) -> Version:
    """Upload a compiled pipeline, unless the server has the same content under the same name.

    The first upload makes the pipeline, a later one a version of it. A version is known again by the digest in its
    description.

    Raises:
        InputError: If several pipelines have the name.
        ServerError: If the server fails.
    """
    with calling(client.access, f"upload {compiled.path}"):
        try:
            return _find_or_upload(client, compiled)
        except kfp_server_api.ApiException as error:
            # Somebody else uploaded the same at the same time.
            if error.status != CONFLICT:
                raise
            return _find_or_upload(client, compiled)


def _find_or_upload(client: Client, compiled: PipelineFile) -> Version:
    path = str(compiled.path)
    found = client.list_pipelines(filter=equals("display_name", compiled.name), namespace=client.namespace).pipelines
    if not found:
        made = client.upload_pipeline(
            path, pipeline_name=compiled.name, description=compiled.description, namespace=client.namespace
        )
        version = _find(client, made.pipeline_id, compiled)
        if version is None:
            raise InputError(
                f"the server must show the version that it was sent. Received: none with sha256:{compiled.digest}"
            )
        return Version(made.pipeline_id, version.pipeline_version_id, reused=False)
    if len(found) > 1:
        ids = ", ".join(each.pipeline_id for each in found)
        raise InputError(
            f"one pipeline may be called {compiled.name}. Received: {len(found)}, {ids}. "
            "Delete all but one, or compile under another name"
        )
    pipeline_id = found[0].pipeline_id
    version = _find(client, pipeline_id, compiled)
    if version is not None:
        return Version(pipeline_id, version.pipeline_version_id, reused=True)
    version = client.upload_pipeline_version(
        path, compiled.version_name, pipeline_id=pipeline_id, description=compiled.description
    )
    return Version(pipeline_id, version.pipeline_version_id, reused=False)


def _find(client: Client, pipeline_id: str, compiled: PipelineFile) -> kfp_server_api.V2beta1PipelineVersion | None:
    answer = client.list_pipeline_versions(pipeline_id, page_size=1, filter=equals("description", compiled.description))
    return answer.pipeline_versions[0] if answer.pipeline_versions else None
