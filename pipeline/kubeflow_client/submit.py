"""Start one run of a compiled pipeline."""

from __future__ import annotations

import kfp_server_api

from pipeline.kubeflow_client.calling import calling
from pipeline.kubeflow_client.client import Client
from pipeline.kubeflow_client.order import Order
from pipeline.kubeflow_client.upload import Version, upload


def submit(client: Client, order: Order) -> tuple[Version, kfp_server_api.V2beta1Run]:
    """Upload the pipeline where it is new, and start one run of it.

    Nodes are cached as they were compiled: what must never be cached is not.

    Returns:
        The version that runs, and the run as the server made it.

    Raises:
        InputError: Where the server refuses what it is sent.
        ServerError: Where it cannot be reached, or fails.
    """
    version = upload(client, order.compiled)
    with calling(client.access, f"start a run of {order.compiled.name}"):
        experiment = client.create_experiment(order.experiment, namespace=client.namespace)
        run = client.run_pipeline(
            experiment.experiment_id,
            order.name,
            params=order.parameters,
            pipeline_id=version.pipeline_id,
            version_id=version.version_id,
            pipeline_root=order.pipeline_root,
            service_account=order.service_account,
        )
    return version, run
