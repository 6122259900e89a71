"""Read FusionGain's figures back from an evaluation."""

from __future__ import annotations

import tensorflow_model_analysis as tfma

from components.evaluator import fusion_gain
from components.evaluator.figures import NAMES
from components.evaluator.rules import OVERALL
from components.evaluator.scores import BASELINE, CANDIDATE

Table = dict[str, dict[str, float]]


def read_figures(uri: str) -> tuple[Table, Table | None]:
    """Read the figures of the candidate and of the baseline.

    Args:
        uri: The evaluation's folder.

    Returns:
        By slice (`overall`, or as `language=en`) and name, see `components.evaluator.figures`; None for a baseline that
        was not evaluated.
    """
    found: dict[str, Table] = {CANDIDATE: {}, BASELINE: {}}
    prefix = f"{fusion_gain.NAME}/"
    for sliced in tfma.load_metrics(uri):
        name = _name(sliced.slice_key)
        for item in sliced.metric_keys_and_values:
            figure = item.key.name.removeprefix(prefix)
            if figure in NAMES and figure != item.key.name and not item.key.is_diff:
                table = found[item.key.model_name or CANDIDATE].setdefault(name, {})
                table[figure] = item.value.double_value.value
    return found[CANDIDATE], found[BASELINE] or None


def _name(slice_key: object) -> str:
    parts = []
    for single in slice_key.single_slice_keys:  # type: ignore[attr-defined]
        value = getattr(single, single.WhichOneof("kind"))
        parts.append(f"{single.column}={value.decode() if isinstance(value, bytes) else value}")
    return ",".join(parts) or OVERALL
