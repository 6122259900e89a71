"""The Evaluator's configuration: one metric, and the rules of the gate as its thresholds."""

from __future__ import annotations

from tensorflow_model_analysis.proto import config_pb2

from components import keys
from components.evaluator import fusion_gain
from components.evaluator.scores import BASELINE, CANDIDATE
from pipeline.config import Gate

GAIN_RULE = fusion_gain.figure("gain_lower")
MISSING_RULES = tuple(fusion_gain.figure(name) for name in fusion_gain.MISSING)
AUC_RULE = fusion_gain.figure(f"auc_{keys.FUSED}")


def make_eval_config(gate: Gate, seed: int) -> config_pb2.EvalConfig:
    """Make the EvalConfig of a gate.

    Args:
        gate: The gate's section of the configuration.
        seed: Seed of the bootstrap.

    Returns:
        A configuration with candidate and baseline, the metric FusionGain and the gate's thresholds; all of it is read
        on the overall slice of the test split.
    """
    labels = dict.fromkeys((*keys.OUTPUTS, *keys.PROBES), keys.LABEL)
    models = [
        config_pb2.ModelSpec(name=CANDIDATE, signature_name=keys.SIGNATURE_EVALUATION, label_keys=labels),
        config_pb2.ModelSpec(
            name=BASELINE, signature_name=keys.SIGNATURE_EVALUATION, label_keys=labels, is_baseline=True
        ),
    ]
    metric = config_pb2.MetricConfig(
        class_name=fusion_gain.class_name(gate.confidence, gate.draws, seed), module=fusion_gain.__name__
    )
    return config_pb2.EvalConfig(
        model_specs=models,
        slicing_specs=[config_pb2.SlicingSpec()],
        metrics_specs=[config_pb2.MetricsSpec(metrics=[metric], thresholds=_thresholds(gate))],
    )


def _thresholds(gate: Gate) -> dict[str, config_pb2.MetricThreshold]:
    found: dict[str, config_pb2.MetricThreshold] = {}
    if gate.min_gain is not None:
        found[GAIN_RULE] = config_pb2.MetricThreshold()
        found[GAIN_RULE].value_threshold.lower_bound.value = gate.min_gain
    if gate.min_auc is not None or gate.max_drop is not None:
        found[AUC_RULE] = config_pb2.MetricThreshold()
    if gate.min_auc is not None:
        found[AUC_RULE].value_threshold.lower_bound.value = gate.min_auc
    if gate.max_drop is not None:
        found[AUC_RULE].change_threshold.absolute.value = -gate.max_drop
        found[AUC_RULE].change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER
    if gate.max_missing_loss is not None:
        for rule in MISSING_RULES:
            found[rule] = config_pb2.MetricThreshold()
            found[rule].value_threshold.upper_bound.value = gate.max_missing_loss
    return found
