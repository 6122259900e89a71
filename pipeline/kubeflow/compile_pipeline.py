"""Compile the graph for Kubeflow: TFX's compiler, and what it leaves out."""

from __future__ import annotations

from tfx.orchestration import pipeline as tfx_pipeline
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import KubeflowV2DagRunner, KubeflowV2DagRunnerConfig

from components.beam_options import with_default_runner
from components.errors import InputError
from components.run_identity import PIPELINE_PROPERTY, RUN_PROPERTY
from pipeline.adjustable import Adjustable
from pipeline.config import Config
from pipeline.dag import Resolved, make_components
from pipeline.kubeflow.backend_rules import check_rules
from pipeline.kubeflow.compiled import Compiled
from pipeline.kubeflow.finish_spec import finish_spec
from pipeline.kubeflow.in_cluster import in_cluster
from pipeline.kubeflow.node_environment import node_environment
from pipeline.kubeflow.platforms import platforms
from pipeline.kubeflow.report.component import Report
from pipeline.kubeflow.runtime_parameters import runtime_parameters
from pipeline.schema_text import schema_text

ENTRYPOINT = ["python", "-m", "components.kubeflow_entrypoint"]
# The backend's driver puts the run's id in its place, where a constant is nothing but this.
RUN_ID = "{{$.pipeline_job_uuid}}"
STARTED = "{{$.pipeline_job_create_time_utc}}"


def compile_pipeline(config: Config, image: str | None = None) -> Compiled:
    """Compile a configuration's graph.

    Args:
        config: The configuration as it is read on this machine.
        image: The containers' image; the configuration's if not given.

    Returns:
        The compiled pipeline; every parameter has a default, what the configuration says.

    Raises:
        InputError: No image is named, vectors would be kept where they do not last, or the schema or the encoders'
            weights cannot be read here.
        FusegateError: What was compiled breaks a rule of the backend.
    """
    image = image or config.kubeflow.image
    if not image:
        raise InputError("the containers need an image. Received: none. Give --image, or set kubeflow.image")
    inside = in_cluster(config)
    variables = node_environment(inside)
    values = Adjustable.of(inside)
    parameters = runtime_parameters(values)
    resolved = Resolved(
        adjustable=parameters,
        input_fingerprint="",
        registry_fingerprint="",
        schema=schema_text(config),
        identity={PIPELINE_PROPERTY: config.name, RUN_PROPERTY: RUN_ID},
    )
    components = make_components(inside, resolved)
    report = Report(components, inside, parameters, RUN_ID, STARTED)
    pipeline = tfx_pipeline.Pipeline(
        pipeline_name=config.name,
        pipeline_root=config.kubeflow.pipeline_root or "",
        components=[*components, report],
        enable_cache=True,
        # With its image named, TFX packs no distribution of itself for Beam's workers.
        beam_pipeline_args=[*with_default_runner(config.beam_args), f"--sdk_container_image={image}"],
    )
    runner = KubeflowV2DagRunner(
        KubeflowV2DagRunnerConfig(default_image=image, default_commands=ENTRYPOINT, use_pipeline_spec_2_1=True)
    )
    spec = runner.run(pipeline, write_out=False)["pipelineSpec"]
    finish_spec(spec, config.kubeflow, values.plain(), variables)
    compiled = Compiled(spec, platforms(config.kubeflow, spec["deploymentSpec"]["executors"]))
    check_rules(compiled)
    return compiled
