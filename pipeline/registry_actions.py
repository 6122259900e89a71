"""Changes of the registry that people ask for, each kept in ML Metadata beside the runs of the pipeline."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

from components.errors import InputError
from components.live_model import registry
from components.live_model.lock import registry_lock
from pipeline import binding, lineage, metadata
from pipeline.config import Config
from pipeline.output_lock import output_lock

ROLLBACK = "Rollback"
BASELINE_RESET = "BaselineReset"
_PUSHED = "PushedModel"


@dataclasses.dataclass
class Action:
    """An action under way.

    Attributes:
        at: When it began, UTC.
        run_id: Its id among the runs of the pipeline.
        pushed: Properties of the PushedModel that comes of it; stays empty where none does.
    """

    at: datetime.datetime
    run_id: str
    pushed: dict[str, str | int] = dataclasses.field(default_factory=dict)


@contextlib.contextmanager
def recorded(config: Config, kind: str, why: str, version: int) -> Iterator[Action]:
    """Do something to the registry, alone, with an execution in ML Metadata that says what became of it.

    The execution stands in the pipeline's context and in a run of its own, as that of a node does. It is RUNNING until
    the action has ended; one that was killed is closed at the next run.

    Args:
        config: The pipeline whose registry it is.
        kind: `ROLLBACK` or `BASELINE_RESET`.
        why: The reason, in the words of who asks.
        version: The version that is restored or set aside.

    Raises:
        InputError: No reason is given, a run is under way, or the output folder belongs to another store.
    """
    if not why.strip():
        raise InputError(f"a change of the registry must have a reason. Received: --why {why!r}. Say it in a sentence")
    with output_lock(config.output), registry_lock(str(config.models)):
        store = mlmd.MetadataStore(metadata.connection_config(config))
        binding.bind(config.output, config.output / "artifacts", store, metadata.store_name(config), config.ledger)
        at = datetime.datetime.now(datetime.timezone.utc)
        action = Action(at, f"{kind.lower()}-{at.strftime('%Y%m%d-%H%M%S-%f')}")
        execution = pb.Execution(
            type_id=store.put_execution_type(pb.ExecutionType(name=f"fusegate.{kind}")),
            name=action.run_id,
            last_known_state=pb.Execution.RUNNING,
        )
        execution.custom_properties["why"].string_value = why
        execution.custom_properties["version"].int_value = version
        contexts = [_context(store, *each) for each in _contexts(config.name, kind, action.run_id)]
        inputs = [(artifact, _event(pb.Event.INPUT, "model")) for artifact in find_pushed(store, config, version)]
        execution.id, *_ = store.put_execution(execution, inputs, contexts)
        try:
            yield action
        except BaseException:
            execution.last_known_state = pb.Execution.FAILED
            store.put_executions([execution])
            raise
        execution.last_known_state = pb.Execution.COMPLETE
        outputs = [(_pushed(store, action.pushed), _event(pb.Event.OUTPUT, "pushed_model"))] if action.pushed else []
        store.put_execution(execution, outputs, contexts)


def live_or_refuse(config: Config) -> int:
    """Return the live version.

    Raises:
        InputError: Nothing is live.
    """
    live = registry.live_version(str(config.models))
    if live is None:
        raise InputError(f"a model must be live. Received: {config.models}, which holds none. Run the pipeline")
    return live


def find_pushed(store: Any, config: Config, version: int) -> list[Any]:
    """Return the PushedModel of a version of this registry, as far as ML Metadata knows it: one or none."""
    destination = registry.version_path(str(config.models), version)
    return [
        artifact
        for artifact in store.get_artifacts_by_type(_PUSHED)
        if artifact.custom_properties["pushed_destination"].string_value == destination
    ][-1:]


def _contexts(pipeline: str, kind: str, run_id: str) -> list[tuple[str, str]]:
    """As TFX names the contexts of a node's execution."""
    return [
        (lineage.PIPELINE_CONTEXT, pipeline),
        (lineage.RUN_CONTEXT, run_id),
        (lineage.NODE_CONTEXT, f"{pipeline}.{kind}"),
    ]


def _context(store: Any, kind: str, name: str) -> Any:
    found = store.get_context_by_type_and_name(kind, name)
    if found is not None:
        return found
    context = pb.Context(type_id=store.put_context_type(pb.ContextType(name=kind)), name=name)
    [context.id] = store.put_contexts([context])
    return context


def _event(kind: int, key: str) -> Any:
    event = pb.Event(type=kind)
    event.path.steps.add().key = key
    event.path.steps.add().index = 0
    return event


def _pushed(store: Any, properties: dict[str, str | int]) -> Any:
    artifact = pb.Artifact(
        type_id=_pushed_type(store), uri=str(Path(str(properties["pushed_destination"]))), state=pb.Artifact.LIVE
    )
    for name, value in properties.items():
        if isinstance(value, int):
            artifact.custom_properties[name].int_value = value
        else:
            artifact.custom_properties[name].string_value = value
    return artifact


def _pushed_type(store: Any) -> int:
    """The type as TFX has registered it; a registry without a run of its own gets it here."""
    with contextlib.suppress(mlmd.errors.NotFoundError):
        return store.get_artifact_type(_PUSHED).id
    return store.put_artifact_type(pb.ArtifactType(name=_PUSHED))
