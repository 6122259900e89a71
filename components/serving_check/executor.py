"""Executor of ServingCheck: probes the exported model in a fresh process and blesses or refuses it."""

from __future__ import annotations

import contextlib
import json
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils, path_utils

from components import keys
from components.pairs.limits import PairLimits
from components.serving_check.job import LARGE, Job
from components.serving_check.judge import Finding, judge, refusal
from components.serving_check.run_probe import run_probe
from components.serving_check.settings import ServingSettings
from components.trainer.training_path import read_training_path
from components.variant.with_variant import served_output, with_variant

# As TFX's InfraValidator marks its blessing, which Pusher reads.
BLESSED_PROPERTY = "blessed"
BLESSED_FILE, NOT_BLESSED_FILE = "INFRA_BLESSED", "INFRA_NOT_BLESSED"
REASON_PROPERTY = "reason"
REPORT_FILE = "serving_check.json"
# What the Evaluator's blessing says is served.
NOT_CHECKED = "not checked, because the Evaluator did not bless the model"

_LOG = logging.getLogger("fusegate.serving_check")


class Executor(base_executor.BaseExecutor):
    """Emits an InfraBlessing with the reason of a refusal, and all measurements as JSON beside it."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Check the variant that the Evaluator blessed; a model that it refused is not checked."""
        model = artifact_utils.get_single_instance(input_dict[standard_component_specs.MODEL_KEY])
        judged = artifact_utils.get_single_instance(input_dict[standard_component_specs.MODEL_BLESSING_KEY])
        blessing = artifact_utils.get_single_instance(output_dict[standard_component_specs.BLESSING_KEY])
        if not int(judged.get_int_custom_property(BLESSED_PROPERTY)):
            _mark(blessing, NOT_CHECKED, [], {})
            return
        settings = ServingSettings(**json.loads(exec_properties["settings"]))
        limits = PairLimits(**json.loads(exec_properties["limits"]))
        variant = judged.get_string_custom_property(keys.VARIANT_PROPERTY) or keys.FUSED
        path = read_training_path(model.uri)
        examples = artifact_utils.get_single_instance(input_dict[standard_component_specs.EXAMPLES_KEY])
        records = _find(artifact_utils.get_split_uri([examples], keys.EVAL), set(path))
        with _served_as(path_utils.serving_model_path(model.uri), variant) as (model_path, folder):
            job = Job(model_path, variant, limits, path, settings.requests)
            told = run_probe(job, records, folder, settings.timeout_s)
        findings = judge(told, settings)
        _mark(blessing, refusal(findings), findings, {"variant": variant, **told})


def _find(split: str, ids: set[str]) -> list[bytes]:
    """Find the raw pairs of some ids, ordered by id; where no id is known, the first pairs of the split."""
    found: dict[str, bytes] = {}
    files = sorted(tf.io.gfile.glob(io_utils.all_files_pattern(split)))
    for record in tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator():
        pair_id = tf.train.Example.FromString(record).features.feature[keys.ID].bytes_list.value[0].decode()
        if pair_id in ids or not ids:
            found[pair_id] = record
        if len(found) >= (len(ids) or LARGE):
            break
    return [found[pair_id] for pair_id in sorted(found)]


@contextlib.contextmanager
def _served_as(path: str, variant: str) -> Iterator[tuple[str, Path]]:
    """Give the model that serves a variant, and an empty folder to work in."""
    with tempfile.TemporaryDirectory(prefix="fusegate-serving-check-") as work:
        folder = Path(work) / "job"
        folder.mkdir()
        if served_output(path) == variant:
            yield path, folder
        else:
            copy = str(Path(work) / "variant")
            with_variant(path, variant, copy)
            yield copy, folder


def _mark(blessing: types.Artifact, reason: str, findings: list[Finding], told: dict[str, Any]) -> None:
    report = {"reason": reason, "findings": [asdict(finding) for finding in findings], "measured": told}
    io_utils.write_string_file(f"{blessing.uri}/{REPORT_FILE}", json.dumps(report, indent=2))
    io_utils.write_string_file(f"{blessing.uri}/{NOT_BLESSED_FILE if reason else BLESSED_FILE}", "")
    blessing.set_int_custom_property(BLESSED_PROPERTY, int(not reason))
    blessing.set_string_custom_property(REASON_PROPERTY, reason)
    if reason:
        _LOG.warning("serving check: %s", reason)
        return
    _LOG.info("serving check: passed, %d findings", len(findings))
