"""An output folder with runs in ML Metadata and in its folders, and small models in its registry, made without TFX."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2 as pb

from components.live_model import registry
from pipeline import binding, lineage, metadata
from tests.pipeline.registry_world import RegistryWorld, make_registry_world

NODES = {"Gen": ("examples",), "Trainer": ("model", "model_run"), "Pusher": ("pushed_model",)}
TYPES = {"pushed_model": "PushedModel", "model": "Model"}


@dataclasses.dataclass(frozen=True)
class GcWorld:
    """An output folder.

    Attributes:
        registry: Its registry.
        runs: By run and output key, the id of the artifact.
    """

    registry: RegistryWorld
    runs: dict[str, dict[str, int]]

    @property
    def output(self) -> Path:
        return self.registry.config.output

    @property
    def store(self) -> mlmd.MetadataStore:
        return mlmd.MetadataStore(metadata.connection_config(self.registry.config))

    def run(self, run_id: str, version: int | None = None, cached: str | None = None) -> None:
        """Add a run as LocalDagRunner leaves it: nodes that read each other's outputs, a push if a version is given.

        Args:
            run_id: Its id.
            version: The version that it pushes.
            cached: A run whose Gen and Trainer TFX's cache serves.
        """
        store = self.store
        made: dict[str, int] = {}
        for node, keys in NODES.items():
            old = self.runs[cached] if cached and node != "Pusher" else None
            execution = self._execution(store, run_id, node, pb.Execution.CACHED if old else pb.Execution.COMPLETE)
            inputs = [(id, pb.Event.INPUT) for id in made.values()]
            ids = [old[key] if old else self._artifact(store, node, key, execution, version) for key in keys]
            events = [*inputs, *((id, pb.Event.OUTPUT) for id in ids)]
            store.put_events([pb.Event(artifact_id=id, execution_id=execution, type=kind) for id, kind in events])
            made |= dict(zip(keys, ids, strict=True))
        self.runs[run_id] = made
        folder = self.output / "runs" / run_id
        folder.mkdir(parents=True)
        (folder / "report.html").write_text(f"report of {run_id}")
        if version is not None:
            self.registry.push(version, float(version))
            record = registry.read_record(self.registry.models, version)
            [model] = store.get_artifacts_by_id([made["model"]])
            assert record is not None
            registry.write_record(self.registry.models, dataclasses.replace(record, run_id=run_id, model_uri=model.uri))

    def artifact(self, run_id: str, key: str) -> Any:
        """An artifact of a run, as ML Metadata has it now."""
        [artifact] = self.store.get_artifacts_by_id([self.runs[run_id][key]])
        return artifact

    def live(self, run_id: str) -> dict[str, bool]:
        """By output key of a run, whether TFX's cache could serve it: LIVE, and its folder whole."""
        found = {}
        for key in self.runs[run_id]:
            artifact = self.artifact(run_id, key)
            there = sorted(path.name for path in Path(artifact.uri).glob("*")) == ["one", "two"]
            if artifact.state == pb.Artifact.LIVE:
                assert there, f"{artifact.uri} is LIVE, and not whole"
            found[key] = artifact.state == pb.Artifact.LIVE
        return found

    def _execution(self, store: mlmd.MetadataStore, run_id: str, node: str, state: int) -> int:
        kind = store.put_execution_type(pb.ExecutionType(name=f"test.{node}"))
        named = (
            (lineage.PIPELINE_CONTEXT, "tiny"),
            (lineage.RUN_CONTEXT, run_id),
            (lineage.NODE_CONTEXT, f"tiny.{node}"),
        )
        contexts = [_context(store, *each) for each in named]
        id, *_ = store.put_execution(pb.Execution(type_id=kind, last_known_state=state), [], contexts)
        return id

    def _artifact(self, store: mlmd.MetadataStore, node: str, key: str, execution: int, version: int | None) -> int:
        folder = self.output / "artifacts" / node / key / str(execution)
        folder.mkdir(parents=True)
        for name in ("one", "two"):
            (folder / name).write_text(f"{name} of {execution}")
        notes = folder.parents[1] / ".system" / "executor_execution" / str(execution)
        notes.mkdir(parents=True, exist_ok=True)
        artifact = pb.Artifact(
            type_id=store.put_artifact_type(pb.ArtifactType(name=TYPES.get(key, "Other"))),
            uri=str(folder),
            state=pb.Artifact.LIVE,
        )
        if key == "pushed_model" and version is not None:
            destination = registry.version_path(self.registry.models, version)
            artifact.custom_properties["pushed_destination"].string_value = destination
        [id] = store.put_artifacts([artifact])
        return id


def _context(store: mlmd.MetadataStore, kind: str, name: str) -> Any:
    found = store.get_context_by_type_and_name(kind, name)
    if found is not None:
        return found
    context = pb.Context(type_id=store.put_context_type(pb.ContextType(name=kind)), name=name)
    [context.id] = store.put_contexts([context])
    return context


def make_gc_world(folder: Path) -> GcWorld:
    """Make an output folder that is bound to its store and in which nothing has run."""
    world = GcWorld(make_registry_world(folder), {})
    config = world.registry.config
    binding.bind(config.output, config.output / "artifacts", world.store, metadata.store_name(config), config.ledger)
    return world
