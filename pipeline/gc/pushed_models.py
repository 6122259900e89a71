"""The artifacts that stand for pushed versions, parted by whether their version stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path
from typing import Any

import ml_metadata as mlmd

from components.live_model import registry

_PUSHED = "PushedModel"
_DESTINATION = "pushed_destination"


@dataclasses.dataclass(frozen=True)
class PushedModels:
    """Artifacts of ML Metadata.

    Attributes:
        staying: Ids of those whose version stays, in whichever registry, and of the models that were pushed so.
        gone: Those whose version goes or is not there any more, whole.
    """

    staying: frozenset[int]
    gone: list[Any]


def find_pushed_models(
    store: mlmd.MetadataStore, destination: str, staying: Collection[int], going: Collection[int]
) -> PushedModels:
    """Find the artifacts of pushed versions.

    A pipeline may have pushed into several registries (`push_to`): what stands in another one stays as well.

    Args:
        store: The metadata store.
        destination: The registry that is cleaned up.
        staying: Its versions that stay.
        going: Its versions that go.
    """
    paths = {Path(registry.version_path(destination, version)).absolute() for version in going}
    kept: set[int] = set()
    gone = []
    for artifact in _pushed(store):
        path = Path(artifact.custom_properties[_DESTINATION].string_value).absolute()
        if path in paths or not path.is_dir():
            gone.append(artifact)
        else:
            kept.add(artifact.id)
    for version in staying:
        record = registry.read_record(destination, version)
        if record is not None and record.model_uri:
            kept |= {artifact.id for artifact in store.get_artifacts_by_uri(record.model_uri)}
    return PushedModels(frozenset(kept), gone)


def _pushed(store: mlmd.MetadataStore) -> list[Any]:
    """Artifacts of what was really pushed: Pusher makes one without a destination where nothing was."""
    try:
        artifacts = store.get_artifacts_by_type(_PUSHED)
    except mlmd.errors.NotFoundError:
        return []
    return [each for each in artifacts if each.custom_properties[_DESTINATION].string_value]
