"""The Evaluator's configuration: one metric, and the rules of the gate as its thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tensorflow_model_analysis.proto import config_pb2

from components import keys
from components.errors import InputError
from components.evaluator import fusion_gain, rule_names
from components.evaluator.figures import RELIANCE, Measuring
from components.evaluator.rules import NO_LIMITS, GateRules, Limits
from components.evaluator.scores import BASELINE, CANDIDATE
from pipeline.gate_config import Gate


def measuring(gate: Gate, seed: int) -> Measuring:
    """Return how the figures of a gate are measured."""
    return Measuring(gate.confidence, gate.draws, seed, gate.most_pairs)


def make_eval_config(gate: Gate, seed: int, slices: Sequence[str] = ()) -> config_pb2.EvalConfig:
    """Make the EvalConfig of a gate.

    Args:
        gate: The gate's section of the configuration.
        seed: Seed of the bootstrap.
        slices: The columns that the test split is sliced by, each by itself.

    Returns:
        A configuration with candidate and baseline, the metric FusionGain and the gate's thresholds, which are those of
        `components.evaluator.rules`.

    Raises:
        InputError: There are rules on slices but no slices.
    """
    rules = gate.rules(slices)
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
        metrics_specs=[config_pb2.MetricsSpec(metrics=[metric], per_slice_thresholds=_thresholds(rules))],
    )


class _Thresholds(dict[str, config_pb2.PerSliceMetricThresholds]):
    """TFMA's thresholds by metric; one on all slices would be read on each of them."""

    def above(self, name: str, columns: Sequence[str], bound: float | None) -> None:
        # TFMA's own lower bound may be met exactly.
        self.at_least(name, columns, None if bound is None else math.nextafter(bound, math.inf))

    def at_least(self, name: str, columns: Sequence[str], bound: float | None) -> None:
        if bound is not None:
            for threshold in self._new(name, columns):
                threshold.value_threshold.lower_bound.value = bound

    def at_most(self, name: str, columns: Sequence[str], bound: float | None) -> None:
        if bound is not None:
            for threshold in self._new(name, columns):
                threshold.value_threshold.upper_bound.value = bound

    def falls_by_at_most(self, name: str, columns: Sequence[str], bound: float | None) -> None:
        if bound is not None:
            for threshold in self._new(name, columns):
                threshold.change_threshold.absolute.value = -bound
                threshold.change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER

    def _new(self, name: str, columns: Sequence[str]) -> list[config_pb2.MetricThreshold]:
        found = self.setdefault(name, config_pb2.PerSliceMetricThresholds())
        specs = [config_pb2.SlicingSpec(feature_keys=[column]) for column in columns] or [config_pb2.SlicingSpec()]
        return [found.thresholds.add(slicing_specs=[spec]).threshold for spec in specs]


def _thresholds(rules: GateRules) -> _Thresholds:
    found = _Thresholds()
    for name in fusion_gain.MISSING:
        found.at_most(fusion_gain.figure(name), (), rules.max_missing_loss)
    for name in RELIANCE:
        found.at_least(fusion_gain.figure(name), (), rules.min_reliance)
    _add(found, (), rules.on_all)
    if rules.columns:
        _add(found, rules.columns, rules.on_slices)
    return found


def _add(found: _Thresholds, columns: Sequence[str], limits: Limits) -> None:
    name = fusion_gain.judged_figure if columns else fusion_gain.figure
    found.above(name("gain_lower"), columns, limits.min_gain)
    found.at_least(name(f"auc_{keys.FUSED}"), columns, limits.min_auc)
    found.falls_by_at_most(name(rule_names.SERVED_AUC), columns, limits.max_drop)
    found.at_most(name(f"ece_{keys.FUSED}"), columns, limits.max_ece)
