"""FusionGain: a TFMA metric that says whether the fused model is really better than each of its parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types, metric_util

from components import keys
from components.bootstrap import exact_auc
from components.evaluator import gain as gain_lib

NAME = "fusion_gain"
_BOUNDS = ("", "_lower", "_upper")
FIGURES = ("gain", "fused_minus_late", *(f"auc_{output}" for output in keys.OUTPUTS))
COUNTS = ("pairs", "groups")
# How far the fused model, given one half, lies below that half's own model.
MISSING = {
    "missing_image_loss": (keys.TEXT_ONLY, keys.FUSED_WITHOUT_IMAGE),
    "missing_text_loss": (keys.IMAGE_ONLY, keys.FUSED_WITHOUT_TEXT),
}
_SCORED = (*keys.OUTPUTS, *keys.PROBES)


def figure(name: str) -> str:
    """Return the TFMA metric name of a figure, e.g. `gain_lower` → `fusion_gain/gain_lower`."""
    return f"{NAME}/{name}"


class FusionGain(metric_types.Metric):
    """AUC of each output and the gain of `fused` over its best part, per slice, with paired-bootstrap bounds.

    Args:
        confidence: One-sided confidence of the bounds.
        draws: Bootstrap draws.
        seed: Seed of the bootstrap.
        name: Prefix of the metric names.

    Example:
        `MetricConfig(class_name=class_name(0.95, 1000, 7), module="components.evaluator.fusion_gain")`
    """

    def __init__(self, confidence: float = 0.95, draws: int = 1000, seed: int = 0, name: str = NAME):
        super().__init__(_computations, name=name, confidence=confidence, draws=draws, seed=seed)


def _computations(
    confidence: float,
    draws: int,
    seed: int,
    name: str = NAME,
    model_names: Iterable[str] | None = None,
    **_: Any,
) -> metric_types.MetricComputations:
    """Make one computation per model: all figures come out of one pass over the scores."""
    computations: metric_types.MetricComputations = []
    for model_name in model_names or [""]:
        made = {f"{fig}{bound}": _key(f"{name}/{fig}{bound}", model_name) for fig in FIGURES for bound in _BOUNDS} | {
            single: _key(f"{name}/{single}", model_name) for single in (*COUNTS, *MISSING)
        }
        computations.append(
            metric_types.MetricComputation(
                keys=list(made.values()),
                preprocessors=[
                    metric_types.StandardMetricInputsPreprocessor(include_filter={"features": {keys.GROUP: {}}})
                ],
                combiner=_Combiner(model_name, made, confidence, draws, seed),
            )
        )
    return computations


def _key(name: str, model_name: str) -> metric_types.MetricKey:
    # A threshold on a derived name matches only a key whose example_weighted is None.
    return metric_types.MetricKey(name=name, model_name=model_name, example_weighted=None)


class _Combiner(beam.CombineFn):
    """Gathers label, group and scores of each example; the figures do not depend on the order of merging."""

    def __init__(
        self,
        model_name: str,
        made: dict[str, metric_types.MetricKey],
        confidence: float,
        draws: int,
        seed: int,
    ):
        self._model_name = model_name
        self._keys = made
        self._confidence = confidence
        self._draws = draws
        self._seed = seed

    def create_accumulator(self) -> list[tuple[bytes, int, tuple[float, ...]]]:
        return []

    def add_input(self, accumulator: list, element: metric_types.StandardMetricInputs) -> list:
        label, outputs = None, []
        for output in _SCORED:
            label, prediction, _ = next(
                metric_util.to_label_prediction_example_weight(
                    element, model_name=self._model_name, output_name=output, example_weighted=False
                )
            )
            outputs.append(float(prediction[0]))
        group = np.asarray(element["features"][keys.GROUP]).reshape(-1)[0]
        accumulator.append((bytes(group), int(np.asarray(label).reshape(-1)[0]), tuple(outputs)))
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[list]) -> list:
        merged: list = []
        for accumulator in accumulators:
            merged.extend(accumulator)
        return merged

    def extract_output(self, accumulator: list) -> dict[metric_types.MetricKey, float]:
        rows = sorted(accumulator)
        labels = np.array([label for _, label, _ in rows])
        if len(set(labels.tolist())) < 2:
            return {key: float("nan") for key in self._keys.values()}
        matrix = np.array([outputs for _, _, outputs in rows])
        scores = {output: matrix[:, column] for column, output in enumerate(_SCORED)}
        result = gain_lib.fusion_gain(
            {output: scores[output] for output in keys.OUTPUTS},
            labels,
            np.array([group for group, _, _ in rows]),
            confidence=self._confidence,
            draws=self._draws,
            seed=self._seed,
        )
        intervals = {"gain": result.gain, "fused_minus_late": result.fused_minus_late}
        intervals |= {f"auc_{output}": interval for output, interval in result.auc.items()}
        values: dict[str, float] = {"pairs": result.pairs, "groups": result.groups}
        for name, interval in intervals.items():
            values |= {name: interval.value, f"{name}_lower": interval.lower, f"{name}_upper": interval.upper}
        for name, (part, probe) in MISSING.items():
            values[name] = exact_auc(scores[part], labels) - exact_auc(scores[probe], labels)
        return {key: values[name] for name, key in self._keys.items()}


def class_name(confidence: float, draws: int, seed: int) -> str:
    """Return the name under which an EvalConfig finds FusionGain with these arguments in this module.

    The usual way, `MetricConfig.config`, is JSON within the JSON of an execution property, and so has backslashes:
    ML Metadata's PostgreSQL backend fails on those (it cuts the quotes off PQescapeLiteral's ` E'…'` wrongly).
    """
    return f"{FusionGain.__name__}_{confidence!r}_{draws}_{seed}"


def __getattr__(name: str) -> type[FusionGain]:
    """Make the class that `class_name` names; TFMA looks metrics up by attribute."""
    prefix, *arguments = name.split("_")
    if prefix != FusionGain.__name__ or len(arguments) != 3:
        raise AttributeError(name)

    def __init__(self: FusionGain, name: str = NAME) -> None:
        FusionGain.__init__(self, float(arguments[0]), int(arguments[1]), int(arguments[2]), name)

    return type(name, (FusionGain,), {"__init__": __init__})
