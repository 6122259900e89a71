"""Executor of Evaluator: a thin layer over TFX's, for what it compares with, keeps and falls back to."""

from __future__ import annotations

import json
from typing import Any

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.proto import config_pb2
from tfx import types
from tfx.components.evaluator import constants
from tfx.components.evaluator import executor as tfx_evaluator
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.types import standard_component_specs as specs
from tfx.utils import io_utils, json_utils, path_utils, proto_utils

from components import keys
from components.evaluator import scores
from components.evaluator.adjust import adjust
from components.evaluator.donors import ChooseDonors
from components.evaluator.fallback import best_variant
from components.evaluator.read_figures import read_figures
from components.evaluator.rules import GateRules, accepts, apply_rules, broken, lacks_only_gain
from components.evaluator.thresholds import thresholds
from components.live_model.executor import NOTHING_LIVE, SET_ASIDE_PROPERTY, VERSION_PROPERTY

RULES_KEY = "rules"
BASELINE_PROPERTY = "baseline_version"
# On the evaluation: 1 where no threshold applied, so that nothing could be blessed.
NO_THRESHOLD_PROPERTY = "no_threshold"
# On the evaluation: keys of the broken rules, and why no variant took the fused model's place.
BROKEN_PROPERTY = "broken_rules"
FALLBACK_PROPERTY = "fallback"


class Executor(tfx_evaluator.Executor):
    """TFX's executor, which needs a baseline model where the graph has one: here there may be none to compare with."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Drop a baseline that is not compared with, say so on the evaluation, evaluate, and fall back where asked."""
        evaluation = artifact_utils.get_single_instance(output_dict[specs.EVALUATION_KEY])
        blessing = artifact_utils.get_single_instance(output_dict[specs.BLESSING_KEY])
        inputs = _with_fair_baseline(input_dict, evaluation)
        rules = _rules(exec_properties)
        self._choose_donors(inputs, exec_properties, evaluation.uri)
        # TFMA's way to call a signature fails first, and TensorFlow puts the whole batch, pictures and all, into the
        # message that nobody reads.
        with scores.written_to(evaluation.uri), np.printoptions(threshold=0, edgeitems=1):
            super().Do(inputs, output_dict, exec_properties if rules is None else _judged_by(rules, exec_properties))
        blessed = bool(int(blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY)))
        blessing.set_string_custom_property(keys.VARIANT_PROPERTY, keys.FUSED if blessed else "")
        evaluation.set_int_custom_property(NO_THRESHOLD_PROPERTY, int(not fileio.listdir(blessing.uri)))
        if rules is not None:
            model = artifact_utils.get_single_instance(inputs[specs.MODEL_KEY])
            _read_rules(rules, model, evaluation, blessing)

    def _choose_donors(
        self, inputs: dict[str, list[types.Artifact]], exec_properties: dict[str, Any], folder: str
    ) -> None:
        """Choose the examples whose halves the others are shown."""
        splits = json_utils.loads(exec_properties[specs.EXAMPLE_SPLITS_KEY])
        uris = [uri for split in splits for uri in artifact_utils.get_split_uris(inputs[specs.EXAMPLES_KEY], split)]
        with self._make_beam_pipeline() as pipeline:
            read = [
                pipeline | f"Read{number}" >> beam.io.ReadFromTFRecord(io_utils.all_files_pattern(uri))
                for number, uri in enumerate(uris)
            ]
            _ = read | beam.Flatten() | ChooseDonors(folder)


def _rules(exec_properties: dict[str, Any]) -> GateRules | None:
    """The rules, with the bounds of this run."""
    rules = exec_properties.get(RULES_KEY)
    return adjust(GateRules.from_json(rules), exec_properties) if rules else None


def _judged_by(rules: GateRules, exec_properties: dict[str, Any]) -> dict[str, Any]:
    """Put the rules into TFMA's configuration, whose thresholds are those of the configured ones."""
    config = proto_utils.json_to_proto(exec_properties[specs.EVAL_CONFIG_KEY], config_pb2.EvalConfig())
    for metrics in config.metrics_specs:
        metrics.ClearField("per_slice_thresholds")
        for name, found in thresholds(rules).items():
            metrics.per_slice_thresholds[name].CopyFrom(found)
    return exec_properties | {specs.EVAL_CONFIG_KEY: proto_utils.proto_to_json(config)}


def _with_fair_baseline(
    input_dict: dict[str, list[types.Artifact]], evaluation: types.Artifact
) -> dict[str, list[types.Artifact]]:
    """Leave out a baseline where nothing is live or the live version is set aside, and note which it was."""
    live = artifact_utils.get_single_instance(input_dict[specs.BASELINE_MODEL_KEY])
    version, set_aside = int(live.get_int_custom_property(VERSION_PROPERTY)), ""
    evaluation.set_int_custom_property(BASELINE_PROPERTY, version)
    if live.has_custom_property(SET_ASIDE_PROPERTY):
        set_aside = live.get_string_custom_property(SET_ASIDE_PROPERTY)
        evaluation.set_string_custom_property(SET_ASIDE_PROPERTY, set_aside)
    compared = version != NOTHING_LIVE and not set_aside
    return {name: found for name, found in input_dict.items() if compared or name != specs.BASELINE_MODEL_KEY}


def _read_rules(rules: GateRules, model: types.Artifact, evaluation: types.Artifact, blessing: types.Artifact) -> None:
    """Keep which rules were broken; where only the gain is missing, put the best simpler variant to the same gate."""
    candidate, baseline = read_figures(evaluation.uri)
    results = apply_rules(rules, candidate, baseline)
    evaluation.set_string_custom_property(BROKEN_PROPERTY, ",".join(sorted({each.key for each in broken(results)})))
    if blessing.get_string_custom_property(keys.VARIANT_PROPERTY):
        if not accepts(results):
            # Rules on slices alone, none of which can be judged: TFMA has nothing against the candidate.
            evaluation.set_int_custom_property(NO_THRESHOLD_PROPERTY, 1)
            _mark(blessing, "")
        return
    if not rules.fallback or not lacks_only_gain(results):
        return
    with fileio.open(f"{path_utils.serving_model_path(model.uri)}/{keys.MODEL_CARD}") as file:
        variant = best_variant(json.load(file))
    if variant is None:
        told = "the model does not tell the AUCs of its variants on the eval split"
    else:
        failed = apply_rules(rules, candidate, baseline, variant)
        told = f"{variant} was refused: {', '.join(each.key for each in broken(failed)) or 'no rule applied to it'}"
        if accepts(failed):
            told = f"{variant} takes the fused model's place"
            _mark(blessing, variant)
    evaluation.set_string_custom_property(FALLBACK_PROPERTY, told)


def _mark(blessing: types.Artifact, variant: str) -> None:
    """Turn a blessing round: bless a variant, or nothing."""
    files = (constants.NOT_BLESSED_FILE_NAME, constants.BLESSED_FILE_NAME)
    fileio.remove(f"{blessing.uri}/{files[not variant]}")
    io_utils.write_string_file(f"{blessing.uri}/{files[bool(variant)]}", "")
    value = constants.BLESSED_VALUE if variant else constants.NOT_BLESSED_VALUE
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, value)
    blessing.set_string_custom_property(keys.VARIANT_PROPERTY, variant)
