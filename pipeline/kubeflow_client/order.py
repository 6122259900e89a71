"""What is asked of the server, whole and checked, before it is asked."""

from __future__ import annotations

import dataclasses
from typing import Any

from pipeline.kubeflow_client.pipeline_file import PipelineFile


@dataclasses.dataclass(frozen=True)
class Order:
    """One run, or one recurring run, of a compiled pipeline.

    Attributes:
        compiled: The pipeline.
        name: The run's name.
        experiment: The experiment that the run is shown in.
        parameters: Values by name; the pipeline's defaults hold for the rest.
        service_account: Kubernetes service account that its pods run as; None takes the server's.
        pipeline_root: Where its artifacts go; None takes what was compiled.
        cron: Six fields for a recurring run.
        max_concurrency: How many runs of a recurring one may go on at once.
        no_catchup: Whether missed times of a recurring run are left out.
    """

    compiled: PipelineFile
    name: str
    experiment: str
    parameters: dict[str, Any]
    service_account: str | None = None
    pipeline_root: str | None = None
    cron: str | None = None
    max_concurrency: int = 1
    no_catchup: bool = True

    def shown(self) -> dict[str, Any]:
        """Return what would be sent, as plain data."""
        sent = {
            "pipeline": self.compiled.name,
            "version": self.compiled.version_name,
            "sha256": self.compiled.digest,
            "experiment": self.experiment,
            "name": self.name,
            "parameters": self.parameters,
            "service_account": self.service_account,
            "pipeline_root": self.pipeline_root,
        }
        if self.cron is None:
            return sent
        return sent | {"cron": self.cron, "max_concurrency": self.max_concurrency, "no_catchup": self.no_catchup}
