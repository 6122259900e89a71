"""ExecutorInput of a Pusher as the backend's driver writes it, and the arguments of TFX's module."""

from __future__ import annotations

import json
from typing import Any

ROOT = "minio://mlpipeline/v2/artifacts/demo/0f3c"
PUSHED = f"{ROOT}/Pusher/41aa/pushed_model"
KINDS = {"model": "tfx.Model", "model_blessing": "tfx.ModelBlessing"}
INPUTS_SPEC: dict[str, Any] = {
    "artifacts": {
        name: {"artifactType": {"instanceSchema": f"title: {kind}\ntype: object\n"}} for name, kind in KINDS.items()
    },
    "parameters": {"destination": {"parameterType": "STRING"}},
}


def artifact(number: int, uri: str, **metadata: Any) -> dict[str, Any]:
    """An input artifact: without its type, its numbers floats."""
    kept = {"display_name": "x", "store_session_info": "{}", **metadata}
    return {"artifacts": [{"name": str(number), "type": {"instanceSchema": ""}, "uri": uri, "metadata": kept}]}


def executor_input() -> dict[str, Any]:
    """A refused model that is to be pushed nowhere."""
    kind = {"instanceSchema": "title: tfx.PushedModel\ntype: object\n"}
    return {
        "inputs": {
            "parameterValues": {"destination": "/mnt/fusegate/models"},
            "artifacts": {
                "model": artifact(7, f"{ROOT}/Trainer/9b1c/model"),
                "model_blessing": artifact(9, f"{ROOT}/Evaluator/77d0/blessing", blessed=0.0, variant=""),
            },
        },
        "outputs": {
            "artifacts": {"pushed_model": {"artifacts": [{"name": "pushed_model", "uri": PUSHED, "type": kind}]}},
            "parameters": {},
            "outputFile": "/minio/mlpipeline/v2/artifacts/demo/0f3c/Pusher/41aa/output_metadata.json",
        },
    }


def arguments(given: dict[str, Any]) -> list[str]:
    """The arguments that a compiled pipeline gives the container, with the ExecutorInput filled in."""
    return [
        "--executor_class_path",
        "components.pusher.executor.Executor",
        "--json_serialized_invocation_args",
        json.dumps(given),
        "--json_serialized_inputs_spec_args",
        json.dumps(INPUTS_SPEC),
    ]
