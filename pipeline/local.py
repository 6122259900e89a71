"""Run the pipeline in this process, with TFX's LocalDagRunner and what it leaves unchecked."""

from __future__ import annotations

import contextlib
import datetime
import gc
import logging
import shutil
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ml_metadata as mlmd
from absl import logging as absl_logging
from apache_beam.utils.shared import Shared
from tfx.dsl.compiler import compiler, constants
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.portable import runtime_parameter_utils

from components.beam_options import with_default_runner
from components.errors import FusegateError
from components.frozen_features.cache_location import at_cache_location
from components.live_model.registry import registry_fingerprint
from components.paired_example_gen import spans
from components.receipt.find import IN_RUN
from pipeline import binding, lineage, metadata
from pipeline.adjustable import Adjustable
from pipeline.config import Config
from pipeline.dag import Resolved, make_components
from pipeline.ended_run import Run
from pipeline.output_lock import output_lock
from pipeline.progress import NodeProgress, SaidElsewhere, is_interrupt
from pipeline.receipt_facts import RECEIPT_NODE
from pipeline.schema_text import schema_text
from pipeline.stuck_baseline import stuck_baseline

ARTIFACTS = "artifacts"
RUNS = "runs"
ERROR_FILE = "error.txt"


class RunFailed(FusegateError):
    """A node of the run failed."""


def run_local(config: Config, say: Callable[[str], None] = print) -> Run:
    """Run the pipeline once.

    Args:
        config: The configuration.
        say: Called with a line whenever a node ends.

    Returns:
        The run, failed or not: its `failure` says which.

    Raises:
        InputError: Before anything has run: no such span, a folder bound to another store, a feature cache that
            cannot be used, or a run that goes on.
    """
    started = datetime.datetime.now().astimezone()
    run_id = started.strftime("%Y%m%d-%H%M%S-%f")
    folder = config.output / RUNS / run_id
    with output_lock(config.output), at_cache_location(config.features):
        connection = metadata.connection_config(config)
        store = mlmd.MetadataStore(connection)
        binding.bind(config.output, config.output / ARTIFACTS, store, metadata.store_name(config), config.ledger)
        lineage.close_orphans(store, config.name)
        pipeline = make_pipeline(config, resolve(config), connection)
        folder.mkdir(parents=True)
        failure: FusegateError | None = None
        try:
            _run(pipeline, run_id, folder, say)
            failure = _unseen_failure(lineage.read_run(store, run_id), [c.id for c in pipeline.components])
        except FusegateError as error:
            failure = error
        finally:
            lineage.close_orphans(store, config.name)
            binding.keep_ledger(config.output, config.ledger)
            _release_models()
        nodes = lineage.read_run(store, run_id)
        _keep_receipt(nodes, folder)
        seconds = (datetime.datetime.now().astimezone() - started).total_seconds()
        return Run(config, run_id, folder, started, seconds, nodes, failure, stuck_baseline(store, config.name))


def resolve(config: Config) -> Resolved:
    """Find out what the graph's cache keys depend on: the span's files, the registry, the schema."""
    window = spans.find_spans(str(config.data.root), str(config.data.span), config.data.window, config.data.leave_out)
    return Resolved(
        adjustable=Adjustable.of(config, str(window[-1].number)),
        input_fingerprint=spans.fingerprint(window),
        registry_fingerprint=registry_fingerprint(str(config.models)),
        schema=schema_text(config),
    )


def make_pipeline(config: Config, resolved: Resolved, connection: Any) -> tfx_pipeline.Pipeline:
    """Make TFX's pipeline of a configuration for a local run."""
    return tfx_pipeline.Pipeline(
        pipeline_name=config.name,
        pipeline_root=str(config.output / ARTIFACTS),
        components=make_components(config, resolved),
        enable_cache=True,
        metadata_connection_config=connection,
        beam_pipeline_args=with_default_runner(config.beam_args),
    )


def _run(pipeline: tfx_pipeline.Pipeline, run_id: str, folder: Path, say: Callable[[str], None]) -> None:
    """Run with a line of progress a node; an unexpected error is kept whole in the run's folder."""
    intermediate = compiler.Compiler().compile(pipeline)
    runtime_parameter_utils.substitute_runtime_parameter(
        intermediate, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id}
    )
    progress = NodeProgress(say)
    with _listening(progress):
        try:
            LocalDagRunner().run_with_ir(intermediate)
        except FusegateError:
            raise
        except Exception as error:
            if is_interrupt(str(error)):
                raise KeyboardInterrupt from error
            (folder / ERROR_FILE).write_text(traceback.format_exc())
            first = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
            raise RunFailed(
                f"node {progress.node} failed. Received: {type(error).__name__}: {first}. "
                f"The whole error is in {folder / ERROR_FILE}; what was finished is kept, run again to go on"
            ) from error


@contextlib.contextmanager
def _listening(handler: logging.Handler) -> Iterator[None]:
    """Hear absl's INFO records without printing them; errors are printed as ever."""
    logger = absl_logging.get_absl_logger()
    verbosity = absl_logging.get_verbosity()
    printers = {printer: printer.level for printer in (*logging.getLogger().handlers, *logger.handlers)}
    said_elsewhere = SaidElsewhere()
    for printer in printers:
        printer.setLevel(logging.ERROR)
        printer.addFilter(said_elsewhere)
    absl_logging.set_verbosity(absl_logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        absl_logging.set_verbosity(verbosity)
        for printer, level in printers.items():
            printer.setLevel(level)
            printer.removeFilter(said_elsewhere)


def _keep_receipt(nodes: dict[str, lineage.NodeRun], folder: Path) -> None:
    """Keep the receipt with the run, whatever became of the push."""
    node = nodes.get(RECEIPT_NODE)
    if node is not None and node.ended_well:
        shutil.copytree(node.outputs["receipt"][0].uri, folder / IN_RUN)


def _release_models() -> None:
    """Let go of the models that Beam keeps for its next bundle; at interpreter exit TensorFlow cannot free them."""
    Shared().acquire(lambda: None)
    gc.collect()


def _unseen_failure(nodes: dict[str, lineage.NodeRun], expected: list[str]) -> FusegateError | None:
    """Look for what LocalDagRunner passes over: a node whose inputs did not resolve, or that never ran.

    TFX logs "Input resolution error", marks the execution FAILED in MLMD and goes on; the run looks green.
    """
    bad = [f"{name} is {node.state}" for name, node in nodes.items() if not node.ended_well]
    bad += [f"{name} did not run" for name in expected if name not in nodes]
    if not bad:
        return None
    return RunFailed(f"every node must end COMPLETE or CACHED. Received: {', '.join(bad)}. Run again to go on")
