"""The entrypoint: prepares what TFX reads, runs TFX's own module, and puts its output into the launcher's terms."""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from components.errors import InputError
from components.kubeflow_entrypoint.artifact_uri import ROOT_VARIABLE
from components.kubeflow_entrypoint.executor_input import folders, for_launcher, for_tfx
from components.lasting_imports import lasting_imports

TFX = "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor"
INPUT, INPUTS_SPEC = "--json_serialized_invocation_args", "--json_serialized_inputs_spec_args"


def main(argv: Sequence[str], root: str = "") -> None:
    """Run one executor.

    Args:
        argv: The arguments of TFX's module.
        root: What the launcher's folders lie under, where that is not `/`.

    Raises:
        InputError: An argument is missing.
        SystemExit: The executor failed.
    """
    arguments = list(argv)
    spec = json.loads(arguments[_place(arguments, INPUTS_SPEC)])
    place = _place(arguments, INPUT)
    executor_input = for_tfx(json.loads(arguments[place]), spec, root)
    for folder in folders(executor_input):
        # An object store has no empty folders, and TFX's launchers make those of the outputs beforehand.
        if not os.path.exists(folder):
            os.makedirs(folder)
    arguments[place] = json.dumps(executor_input)
    _run_tfx(arguments)
    output = Path(executor_input["outputs"]["outputFile"])
    output.write_text(json.dumps(for_launcher(json.loads(output.read_text(encoding="utf-8")), root)), encoding="utf-8")


def _place(arguments: Sequence[str], flag: str) -> int:
    """Return the index of a flag's value."""
    if flag not in arguments[:-1]:
        raise InputError(
            f"the entrypoint must be given {flag}. Received: {len(arguments)} arguments without it. "
            "Let fusegate kubeflow compile make the container's arguments"
        )
    return arguments.index(flag) + 1


def _run_tfx(arguments: Sequence[str]) -> None:
    sys.argv = [TFX, *arguments]
    with lasting_imports():
        import tensorflow  # noqa: F401
    try:
        runpy.run_module(TFX, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code not in (None, 0):
            raise


if __name__ == "__main__":
    main(sys.argv[1:], os.environ.setdefault(ROOT_VARIABLE, ""))
