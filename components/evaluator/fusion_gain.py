"""FusionGain: a TFMA metric that says whether the fused model is really better than each of its parts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import numpy as np
from tensorflow_model_analysis.metrics import metric_types

from components import keys
from components.evaluator import figures as figures_lib
from components.evaluator import rule_names
from components.evaluator.figures import SCORED, Measuring, group_hash, measure
from components.evaluator.sample import Sample, SampleCoder

NAME = "fusion_gain"
FIGURES = figures_lib.INTERVALS
MISSING = figures_lib.MISSING
# What the thresholds on slices read: the figure, or, where a slice cannot be judged, a value that every threshold lets
# pass. TFMA reads a threshold on every slice of a column, and a figure that is missing or NaN refuses.
_JUDGED = {
    "gain_lower": 1.0,
    f"auc_{keys.FUSED}": 1.0,
    rule_names.SERVED_AUC: 1.0,
    f"ece_{keys.FUSED}": 0.0,
}
_JUDGED_PREFIX = "judged_"


def figure(name: str) -> str:
    """Return the TFMA metric name of a figure, e.g. `gain_lower` → `fusion_gain/gain_lower`."""
    return f"{NAME}/{name}"


def judged_figure(name: str) -> str:
    """Return the TFMA metric name of a figure as thresholds on slices read it; a slice that is too small passes."""
    return figure(f"{_JUDGED_PREFIX}{name}")


class FusionGain(metric_types.Metric):
    """All figures of `components.evaluator.figures`, per slice.

    Args:
        measuring: How they are measured.
        min_slice_size: Fewest pairs of a slice that thresholds on slices judge.
        name: Prefix of the metric names.

    Example:
        `MetricConfig(class_name=class_name(Measuring(), 50), module="components.evaluator.fusion_gain")`
    """

    def __init__(self, measuring: Measuring = Measuring(), min_slice_size: int = 0, name: str = NAME):  # noqa: B008
        super().__init__(_computations, name=name, measuring=measuring, min_slice_size=min_slice_size)


def _computations(
    measuring: Measuring,
    min_slice_size: int,
    name: str = NAME,
    model_names: Iterable[str] | None = None,
    **_: Any,
) -> metric_types.MetricComputations:
    """Make one computation per model: all figures come out of one pass over the scores."""
    names = (*figures_lib.NAMES, *(f"{_JUDGED_PREFIX}{judged}" for judged in _JUDGED))
    return [
        metric_types.MetricComputation(
            keys=[_key(f"{name}/{each}", model_name) for each in names],
            preprocessors=[_Row(model_name)],
            combiner=_Combiner(name, model_name, measuring, min_slice_size),
        )
        for model_name in model_names or [""]
    ]


def _key(name: str, model_name: str) -> metric_types.MetricKey:
    # A threshold on a derived name matches only a key whose example_weighted is None.
    return metric_types.MetricKey(name=name, model_name=model_name, example_weighted=None)


class _Row(metric_types.Preprocessor):
    """Packs what is kept of an example, once, however many slices it is in."""

    def __init__(self, model_name: str):
        super().__init__(name=f"{NAME}_row_{model_name}")
        self._model_name = model_name

    def process(self, extracts: Mapping[str, Any]) -> Iterator[bytes]:
        features, outputs = extracts["features"], extracts["predictions"]
        outputs = outputs.get(self._model_name, outputs)
        scores = [_scalar(outputs[name]) if name in outputs else math.nan for name in SCORED]
        yield SampleCoder.pack(group_hash(bytes(_scalar(features[keys.GROUP]))), _scalar(features[keys.LABEL]), scores)


def _scalar(value: Any) -> Any:
    return np.asarray(value).reshape(-1)[0]


class _Combiner(beam.CombineFn):
    """Gathers label, group and scores of each example; the figures do not depend on the order of merging."""

    def __init__(self, name: str, model_name: str, measuring: Measuring, min_slice_size: int):
        self._name = name
        self._model_name = model_name
        self._measuring = measuring
        self._min_slice_size = min_slice_size

    def create_accumulator(self) -> Sample:
        return Sample(self._measuring.most_pairs)

    def add_input(self, accumulator: Sample, element: bytes) -> Sample:
        accumulator.add(element)
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[Sample]) -> Sample:
        merged = self.create_accumulator()
        for accumulator in accumulators:
            merged.merge(accumulator)
        return merged

    def extract_output(self, accumulator: Sample) -> dict[metric_types.MetricKey, float]:
        rows = accumulator.rows()
        scores = {name: rows[name] for name in SCORED}
        found = measure(scores, rows["label"].astype(np.int64), rows["group"], self._measuring, accumulator.pairs)
        found |= {f"{_JUDGED_PREFIX}{name}": self._judged(name, found) for name in _JUDGED}
        return {_key(f"{self._name}/{name}", self._model_name): value for name, value in found.items()}

    def _judged(self, name: str, found: Mapping[str, float]) -> float:
        one_label = math.isnan(found[f"auc_{keys.FUSED}"])
        exempt = found["pairs"] < self._min_slice_size or (one_label and found["sampled_pairs"] > 0)
        return _JUDGED[name] if exempt else found[name]


def class_name(measuring: Measuring, min_slice_size: int) -> str:
    """Return the name under which an EvalConfig finds FusionGain with these arguments in this module.

    The usual way, `MetricConfig.config`, is JSON within the JSON of an execution property, and so has backslashes:
    ML Metadata's PostgreSQL backend fails on those (it cuts the quotes off PQescapeLiteral's ` E'…'` wrongly).
    """
    how = f"{measuring.confidence!r}_{measuring.draws}_{measuring.seed}_{measuring.most_pairs}"
    return f"{FusionGain.__name__}_{how}_{min_slice_size}"


def __getattr__(name: str) -> type[FusionGain]:
    """Make the class that `class_name` names; TFMA looks metrics up by attribute."""
    prefix, *arguments = name.split("_")
    if prefix != FusionGain.__name__ or len(arguments) != 5:
        raise AttributeError(name)
    confidence, (draws, seed, most_pairs, min_slice_size) = float(arguments[0]), map(int, arguments[1:])

    def __init__(self: FusionGain, name: str = NAME) -> None:
        FusionGain.__init__(self, Measuring(confidence, draws, seed, most_pairs), min_slice_size, name)

    return type(name, (FusionGain,), {"__init__": __init__})
