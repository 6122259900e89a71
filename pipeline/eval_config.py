"""The Evaluator's configuration: one metric, and the rules of the gate as its thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from tensorflow_model_analysis.proto import config_pb2

from components import keys
from components.errors import InputError
from components.evaluator import fusion_gain
from components.evaluator.figures import Measuring
from components.evaluator.rules import NO_LIMITS
from components.evaluator.scores import BASELINE, CANDIDATE
from components.evaluator.thresholds import thresholds
from pipeline.gate_config import Gate


def measuring(gate: Gate, seed: int) -> Measuring:
    """Return how the figures of a gate are measured."""
    return Measuring(gate.confidence, gate.draws, seed, gate.most_pairs)


def make_eval_config(gate: Gate, seed: int, slices: Sequence[str] = (), newest: str = "") -> config_pb2.EvalConfig:
    """Make the EvalConfig of a gate.

    Args:
        gate: The gate's section of the configuration.
        seed: Seed of the bootstrap.
        slices: The columns that the test split is sliced by, each by itself.
        newest: The number of the newest span, where `gate.newest_max_drop` is set.

    Returns:
        A configuration with candidate and baseline, the metric FusionGain and the gate's thresholds, which are those of
        `components.evaluator.rules`.

    Raises:
        InputError: There are rules on slices but no slices, or a rule on a newest span that is not known.
    """
    rules = gate.rules(slices, newest)
    if rules.on_slices != NO_LIMITS and not slices:
        raise InputError(
            "rules on slices need columns to slice by. Received: gate.slices with rules, data.slices without columns. "
            "Name columns in data.slices, or leave the rules out"
        )
    labels = dict.fromkeys((*keys.OUTPUTS, *keys.PROBES), keys.LABEL)
    models = [
        config_pb2.ModelSpec(name=CANDIDATE, signature_name=keys.SIGNATURE_EVALUATION, label_keys=labels),
        config_pb2.ModelSpec(
            name=BASELINE, signature_name=keys.SIGNATURE_EVALUATION, label_keys=labels, is_baseline=True
        ),
    ]
    metric = config_pb2.MetricConfig(
        class_name=fusion_gain.class_name(measuring(gate, seed), gate.min_slice_size), module=fusion_gain.__name__
    )
    return config_pb2.EvalConfig(
        model_specs=models,
        slicing_specs=[config_pb2.SlicingSpec(), *(config_pb2.SlicingSpec(feature_keys=[name]) for name in slices)],
        metrics_specs=[config_pb2.MetricsSpec(metrics=[metric], per_slice_thresholds=thresholds(rules))],
    )
