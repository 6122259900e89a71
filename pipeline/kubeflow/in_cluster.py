"""A configuration as it is inside a cluster's containers."""

from __future__ import annotations

from pathlib import Path

from pipeline.config import Config


def in_cluster(config: Config) -> Config:
    """Return a configuration whose folders are those of the containers.

    The ledger lies in the output folder there, wherever it lies here.

    Args:
        config: The configuration as it is read on this machine.
    """
    kubeflow = config.kubeflow
    data = config.data.model_copy(update={"root": Path(kubeflow.data_root), "ledger": None})
    push_to = Path(kubeflow.push_to) if kubeflow.push_to else None
    return config.model_copy(update={"data": data, "output": Path(kubeflow.output), "push_to": push_to})
