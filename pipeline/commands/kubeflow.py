"""`fusegate kubeflow`: the pipeline on a cluster; verbs are imported only when they are called."""

from __future__ import annotations

import click

from pipeline.commands.lazy_group import LazyGroup

VERBS = {
    "compile": ("pipeline.commands.kubeflow_compile", "Compile a configuration's graph into KFP's YAML."),
    "rehearse": ("pipeline.commands.kubeflow_rehearse", "Run a compiled pipeline without a cluster."),
    "submit": ("pipeline.commands.kubeflow_submit", "Start one run on a server."),
    "schedule": ("pipeline.commands.kubeflow_submit", "Start runs by the clock."),
    "runs": ("pipeline.commands.kubeflow_submit", "List runs."),
    "pause": ("pipeline.commands.kubeflow_submit", "Stop a schedule, or let it go on."),
}


@click.command(cls=LazyGroup, verbs=VERBS, short_help="The pipeline on Kubeflow.")
def kubeflow() -> None:
    """The pipeline on Kubeflow Pipelines or on Vertex AI.

    \b
    Examples:
      fusegate kubeflow compile --config configs/lite.yaml --image registry.example/fusegate:1 --out pipeline.yaml
      fusegate kubeflow rehearse pipeline.yaml --root rehearsal
      fusegate kubeflow submit pipeline.yaml --host http://localhost:8888 --span 7

    \b
    Exit codes: 0 done, 1 failed, 2 bad input or configuration.
    """
