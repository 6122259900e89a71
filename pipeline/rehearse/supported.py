"""What the backend can run and a rehearsal cannot."""

from __future__ import annotations

from components.errors import InputError
from pipeline.kubeflow.compiled import Compiled

_PARTS = {
    "parameterIterator": "a loop",
    "artifactIterator": "a loop",
    "iteratorPolicy": "a loop",
}


def check_supported(compiled: Compiled) -> None:
    """Check that a compiled pipeline is one plain graph that can be run to its end.

    Raises:
        InputError: It has loops, conditions, nested pipelines or exit handlers, or waits for itself.
    """
    faults = []
    for name, task in compiled.tasks.items():
        faults += [f"{name} is {said}" for part, said in _PARTS.items() if part in task]
        if task.get("triggerPolicy", {}).get("condition"):
            faults.append(f"{name} runs under a condition")
        if task.get("triggerPolicy", {}).get("strategy") == "ALL_UPSTREAM_TASKS_COMPLETED":
            faults.append(f"{name} is an exit handler")
        faults += [f"{name} waits for {each}, which is not there" for each in _unknown(compiled, name)]
    faults += [f"{name} waits for itself" for name in sorted(_circular(compiled))]
    if faults:
        raise InputError(
            f"a rehearsal runs one plain graph of tasks. Received: {'; '.join(faults)}. Run it on a cluster"
        )


def _unknown(compiled: Compiled, name: str) -> list[str]:
    return [each for each in compiled.tasks[name].get("dependentTasks", []) if each not in compiled.tasks]


def _circular(compiled: Compiled) -> set[str]:
    """The tasks that are left when those that wait for nothing are taken away again and again."""
    left = {name: set(task.get("dependentTasks", [])) for name, task in compiled.tasks.items()}
    while free := {name for name, waits_for in left.items() if not waits_for & left.keys()}:
        left = {name: waits_for for name, waits_for in left.items() if name not in free}
    return set(left)
