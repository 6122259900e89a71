"""The rules of the gate as TFMA's thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tensorflow_model_analysis.proto import config_pb2

from components import keys
from components.evaluator import fusion_gain, rule_names
from components.evaluator.figures import RELIANCE
from components.evaluator.rules import GateRules, Limits


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

    def falls_by_at_most(
        self, name: str, columns: Sequence[str], bound: float | None, value: Mapping[str, str] | None = None
    ) -> None:
        if bound is not None:
            for threshold in self._new(name, columns, value):
                threshold.change_threshold.absolute.value = -bound
                threshold.change_threshold.direction = config_pb2.MetricDirection.HIGHER_IS_BETTER

    def _new(
        self, name: str, columns: Sequence[str], value: Mapping[str, str] | None = None
    ) -> list[config_pb2.MetricThreshold]:
        found = self.setdefault(name, config_pb2.PerSliceMetricThresholds())
        specs = [config_pb2.SlicingSpec(feature_keys=[column]) for column in columns]
        specs = specs or [config_pb2.SlicingSpec(feature_values=value)]
        return [found.thresholds.add(slicing_specs=[spec]).threshold for spec in specs]


def thresholds(rules: GateRules) -> dict[str, config_pb2.PerSliceMetricThresholds]:
    """Return the thresholds of some rules, by the metric that they are on.

    Args:
        rules: The rules, those on slices with the columns that they are for.
    """
    found = _Thresholds()
    for name in fusion_gain.MISSING:
        found.at_most(fusion_gain.figure(name), (), rules.max_missing_loss)
    for name in RELIANCE:
        found.at_least(fusion_gain.figure(name), (), rules.min_reliance)
    _add(found, (), rules.on_all)
    found.falls_by_at_most(
        fusion_gain.judged_figure(rule_names.SERVED_AUC), (), rules.newest_max_drop, {keys.SPAN: rules.newest}
    )
    if rules.columns:
        _add(found, rules.columns, rules.on_slices)
    return found


def _add(found: _Thresholds, columns: Sequence[str], limits: Limits) -> None:
    name = fusion_gain.judged_figure if columns else fusion_gain.figure
    found.above(name("gain_lower"), columns, limits.min_gain)
    found.at_least(name(f"auc_{keys.FUSED}"), columns, limits.min_auc)
    found.falls_by_at_most(name(rule_names.SERVED_AUC), columns, limits.max_drop)
    found.at_most(name(f"ece_{keys.FUSED}"), columns, limits.max_ece)
