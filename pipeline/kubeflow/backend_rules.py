"""What the open-source backend accepts, rule by rule, each with the place in its source, or TFX's, that makes it.

`docs/kubeflow.md` shows the same rules. A compiled file is checked against them when it is compiled and before it is
rehearsed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from components.errors import InputError
from pipeline.kubeflow.compiled import Compiled
from pipeline.kubeflow.values import misfit

SCHEMA_VERSION = "2.1.0"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_TITLE = re.compile(r"[a-z][a-z0-9-_]{2,20}[.][A-Z][a-zA-Z0-9-_]{2,49}")
Faults = Iterator[str]


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: A short name.
        says: The rule in one sentence.
        source: Where it is made: a file of kubeflow/pipelines, or of TFX, and the function.
        faults: Yields what breaks it.
    """

    name: str
    says: str
    source: str
    faults: Callable[[Compiled], Faults]


class RefusedByBackend(InputError):
    """The open-source backend would refuse a compiled pipeline, or would not run it.

    Args:
        faults: What breaks a rule, a line each.
    """

    def __init__(self, faults: list[str]):
        self.faults = faults
        super().__init__(
            "Kubeflow's backend must accept the pipeline. Received:\n"
            + "\n".join(f"  - {fault}" for fault in faults)
            + "\nCompile it again with fusegate kubeflow compile"
        )


def check_rules(compiled: Compiled) -> None:
    """Check a compiled pipeline against every rule.

    Raises:
        RefusedByBackend: With all that breaks one.
    """
    first = list(_parses(compiled))
    faults = first or [f"{rule.name}: {fault}" for rule in RULES for fault in rule.faults(compiled)]
    if faults:
        raise RefusedByBackend(faults)


def _parses(compiled: Compiled) -> Faults:
    """The backend knows no field but those of its own protocol; nor does this function."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    messages = [(compiled.spec, pipeline_spec_pb2.PipelineSpec())]
    if compiled.platforms is not None:
        messages.append((compiled.platforms, pipeline_spec_pb2.PlatformSpec()))
    for document, message in messages:
        try:
            json_format.ParseDict(document, message)
        except json_format.ParseError as error:
            yield f"fields: {error}"
    for key in ("root", "components", "deploymentSpec", "pipelineInfo"):
        if key not in compiled.spec:
            yield f"fields: {key} is missing"
    if not compiled.spec.get("root", {}).get("dag", {}).get("tasks"):
        yield "fields: root has no tasks"


def _schema_version(compiled: Compiled) -> Faults:
    found = compiled.spec.get("schemaVersion")
    if found != SCHEMA_VERSION:
        yield f"schemaVersion must be {SCHEMA_VERSION}, but is {found}"


def _name(compiled: Compiled) -> Faults:
    name = compiled.spec["pipelineInfo"].get("name", "")
    if not _NAME.fullmatch(name):
        yield f"the pipeline's name must be lower-case letters, digits, hyphens and dots, but is {name!r}"


def _components(compiled: Compiled) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each task's name with its task and component, of those that have one."""
    for name, task in compiled.tasks.items():
        component = compiled.spec["components"].get(task.get("componentRef", {}).get("name"))
        if component is not None:
            yield name, task, component


def _complete(compiled: Compiled) -> Faults:
    known = {name for name, _, _ in _components(compiled)}
    yield from (f"task {name} names no component that is there" for name in compiled.tasks if name not in known)
    for name, _, component in _components(compiled):
        if component.get("executorLabel") not in compiled.executors:
            yield f"the component of task {name} names no executor that is there"


def _containers(compiled: Compiled) -> Faults:
    for label, executor in compiled.executors.items():
        if "container" not in executor and "importer" not in executor:
            yield f"executor {label} is neither a container nor an importer, but {', '.join(executor) or 'empty'}"


def _no_driver(compiled: Compiled) -> Faults:
    for label, executor in compiled.executors.items():
        if "lifecycle" in executor.get("container", {}):
            yield f"executor {label} has a driver of its own, which would not run"


def _commands(compiled: Compiled) -> Faults:
    for label, executor in compiled.executors.items():
        container = executor.get("container")
        if container is not None and not container.get("command"):
            yield f"executor {label} has no command: an image's own entrypoint is not run"


def _defaults(compiled: Compiled) -> Faults:
    for name, parameter in compiled.parameters.items():
        if "defaultValue" not in parameter and not parameter.get("isOptional"):
            yield f"parameter {name} has no value unless every run gives one"
        elif "defaultValue" in parameter and (fault := misfit(parameter["defaultValue"], parameter)):
            yield f"the default of parameter {name} {fault}"


def _inputs(compiled: Compiled) -> Faults:
    for name, task, _ in _components(compiled):
        for key, given in task.get("inputs", {}).get("parameters", {}).items():
            fault = _unresolved(compiled, given)
            if fault:
                yield f"input {key} of task {name} {fault}"
        for key, given in task.get("inputs", {}).get("artifacts", {}).items():
            source = given.get("taskOutputArtifact", {})
            producer = _outputs(compiled, source.get("producerTask")).get("artifacts", {})
            if source.get("outputArtifactKey") not in producer:
                yield f"input {key} of task {name} comes from no output that is there"
            elif source["producerTask"] not in task.get("dependentTasks", []):
                yield f"task {name} does not wait for {source['producerTask']}, which makes its input {key}"


def _outputs(compiled: Compiled, task: str | None) -> dict[str, Any]:
    found = {name: component for name, _, component in _components(compiled)}
    return found.get(task or "", {}).get("outputDefinitions", {})


def _unresolved(compiled: Compiled, given: dict[str, Any]) -> str:
    if "componentInputParameter" in given:
        known = given["componentInputParameter"] in compiled.parameters
        return "" if known else f"comes from no parameter that is there: {given['componentInputParameter']}"
    if "taskOutputParameter" in given:
        source = given["taskOutputParameter"]
        known = source["outputParameterKey"] in _outputs(compiled, source["producerTask"]).get("parameters", {})
        return "" if known else f"comes from no task that is there: {source['producerTask']}"
    return "" if "constant" in given.get("runtimeValue", {}) else "has no value"


def _types(compiled: Compiled) -> Faults:
    for name, _, component in _components(compiled):
        inputs = component.get("inputDefinitions", {}).get("parameters", {})
        for key, parameter in inputs.items():
            if "parameterType" not in parameter:
                yield f"input {key} of task {name} has no type"
        for key, artifact in component.get("outputDefinitions", {}).get("artifacts", {}).items():
            title = artifact_title(artifact.get("artifactType", {}))
            if not _TITLE.fullmatch(title):
                yield f"output {key} of task {name} needs a type such as namespace.Title, but has {title!r}"


def artifact_title(kind: dict[str, Any]) -> str:
    """Return the title of an artifact's type, as the backend finds it; empty where there is none."""
    if "schemaTitle" in kind:
        return str(kind["schemaTitle"])
    schema = yaml.safe_load(kind.get("instanceSchema", "")) or {}
    return str(schema.get("title", "")) if isinstance(schema, dict) else ""


def _volumes(compiled: Compiled) -> Faults:
    if compiled.platforms is None:
        return
    kubernetes = compiled.platforms.get("platforms", {}).get("kubernetes")
    if kubernetes is None:
        yield "the second document must speak of kubernetes"
        return
    for label, settings in kubernetes.get("deploymentSpec", {}).get("executors", {}).items():
        if label not in compiled.executors:
            yield f"the second document names an executor that is not there: {label}"
        for mount in settings.get("pvcMount", []):
            if not mount.get("constant") or not mount.get("mountPath"):
                yield f"a volume of executor {label} needs a claim and a path"


RULES = (
    Rule(
        "schema version",
        "The specification's schema version is 2.1.0.",
        "backend/src/apiserver/template/v2_template.go, NewV2SpecTemplate",
        _schema_version,
    ),
    Rule(
        "name",
        "The pipeline has a name of lower-case letters, digits, hyphens and dots.",
        "backend/src/apiserver/template/v2_template.go, NewV2SpecTemplate",
        _name,
    ),
    Rule(
        "complete",
        "Every task names a component, and every component an executor, that is there.",
        "backend/src/v2/compiler/visitor.go, dfs",
        _complete,
    ),
    Rule(
        "containers",
        "An executor is a container or an importer: there are no resolvers.",
        "backend/src/v2/compiler/visitor.go, dfs; backend/src/v2/compiler/argocompiler/argo.go, Resolver",
        _containers,
    ),
    Rule(
        "no driver",
        "No container has a driver of its own: nothing reads `lifecycle.preCacheCheck`, TFX's file-based ExampleGen.",
        "tfx/orchestration/kubeflow/v2/step_builder.py, _build_file_based_example_gen_spec",
        _no_driver,
    ),
    Rule(
        "commands",
        "Every container names its command.",
        "backend/src/v2/component/launcher_v2.go, NewLauncherV2",
        _commands,
    ),
    Rule(
        "defaults",
        "Every parameter of the run has a value of its type.",
        "backend/src/apiserver/template/v2_template.go, validatePipelineJobInputs",
        _defaults,
    ),
    Rule(
        "inputs",
        "Every input comes from a parameter, a constant or an output that is there, of a task that is waited for: no "
        "dynamic execution parameters.",
        "backend/src/v2/driver/resolve.go, resolveInputs; tfx/orchestration/kubeflow/v2/step_builder.py, build",
        _inputs,
    ),
    Rule(
        "types",
        "Every parameter has a type, and every artifact a type with a title such as `namespace.Title`.",
        "backend/src/v2/metadata/client.go, SchemaToArtifactType; "
        "tfx/orchestration/kubeflow/v2/compiler_utils.py, get_artifact_schema",
        _types,
    ),
    Rule(
        "volumes",
        "The second document speaks of kubernetes and of executors that are there; each volume has a claim and a path.",
        "backend/src/apiserver/template/v2_template.go, IsPlatformSpecWithKubernetesConfig; "
        "backend/src/v2/driver/k8s.go, makeVolumeMountPatch",
        _volumes,
    ),
)
