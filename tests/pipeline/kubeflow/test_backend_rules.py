"""Each rule of the backend: the compiled file meets it, a file that breaks it is refused, and the docs show it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.kubeflow.backend_rules import RULES, RefusedByBackend, Rule, check_rules
from pipeline.kubeflow.compiled import Compiled

DOCS = Path(__file__).parents[3] / "docs" / "kubeflow.md"
Break = Callable[[dict[str, Any], dict[str, Any]], Any]


def trainer(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["deploymentSpec"]["executors"]["Trainer_executor"]


def task(spec: dict[str, Any], name: str = "Trainer") -> dict[str, Any]:
    return spec["root"]["dag"]["tasks"][name]


def parameters(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["root"]["inputDefinitions"]["parameters"]


def make_resolver(spec: dict[str, Any], _: Any) -> None:
    trainer(spec)["resolver"] = trainer(spec).pop("container")


def make_dynamic(spec: dict[str, Any], _: Any) -> None:
    # As TFX's step_builder compiles a dynamic execution parameter.
    source = {"producerTask": "Transform_task", "outputParameterKey": "value"}
    task(spec)["inputs"]["parameters"]["epochs"] = {"taskOutputParameter": source}


def untitle(spec: dict[str, Any], _: Any) -> None:
    output = spec["components"]["Trainer"]["outputDefinitions"]["artifacts"]["model"]
    output["artifactType"] = {"instanceSchema": "type: object\n"}


def unclaim(_: Any, platforms: dict[str, Any]) -> None:
    executors = platforms["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    del executors["Trainer_executor"]["pvcMount"][0]["constant"]


BREAKS: dict[str, list[Break]] = {
    "schema version": [lambda spec, _: spec.update(schemaVersion="2.0.0"), lambda spec, _: spec.pop("schemaVersion")],
    "name": [lambda spec, _: spec["pipelineInfo"].update(name="Fuse gate")],
    "complete": [
        lambda spec, _: spec["components"].pop("Trainer"),
        lambda spec, _: spec["deploymentSpec"]["executors"].pop("Trainer_executor"),
    ],
    "containers": [make_resolver],
    "no driver": [lambda spec, _: trainer(spec)["container"].update(lifecycle={"preCacheCheck": {"command": ["x"]}})],
    "commands": [lambda spec, _: trainer(spec)["container"].pop("command")],
    "defaults": [
        lambda spec, _: parameters(spec)["epochs"].pop("defaultValue"),
        lambda spec, _: parameters(spec)["epochs"].update(defaultValue="many"),
    ],
    "inputs": [
        make_dynamic,
        lambda spec, _: parameters(spec).pop("epochs"),
        lambda spec, _: task(spec)["dependentTasks"].remove("Transform"),
        lambda spec, _: task(spec)["inputs"]["parameters"].update(epochs={}),
        lambda spec, _: task(spec)["inputs"]["artifacts"]["schema"]["taskOutputArtifact"].update(outputArtifactKey="x"),
    ],
    "types": [
        untitle,
        lambda spec, _: spec["components"]["Trainer"]["inputDefinitions"]["parameters"]["epochs"].pop("parameterType"),
    ],
    "volumes": [unclaim, lambda _, platforms: platforms["platforms"].pop("kubernetes")],
    "fields": [
        lambda spec, _: spec.update(resolvers={}),
        lambda spec, _: task(spec).update(cashingOptions={}),
        lambda spec, _: spec.pop("root"),
    ],
}
CASES = [(name, number) for name, breaks in BREAKS.items() for number in range(len(breaks))]


def test_compiled_file_breaks_no_rule(compiled: Compiled) -> None:
    check_rules(compiled)


@pytest.mark.parametrize(("name", "number"), CASES, ids=lambda value: str(value))
def test_file_that_breaks_a_rule_is_refused(compiled: Compiled, name: str, number: int) -> None:
    broken = copy.deepcopy(compiled)
    assert broken.platforms is not None
    BREAKS[name][number](broken.spec, broken.platforms)
    with pytest.raises(RefusedByBackend) as refused:
        check_rules(broken)
    assert any(fault.startswith(f"{name}: ") for fault in refused.value.faults)


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert set(BREAKS) == {rule.name for rule in RULES} | {"fields"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_docs_show_each_rule_with_its_source(rule: Rule) -> None:
    assert f"| {rule.name} | {rule.says} | {rule.source} |" in DOCS.read_text()
