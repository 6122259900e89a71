"""The extractors that TFX's Evaluator runs: TFMA's own, one that shuffles halves, and one that keeps the scores.

TFX calls `custom_extractors` of the module that it is given, which it loads anew, and does not tell it where the
evaluation goes; the executor hands the folder over through `scores.written_to`.
"""

from __future__ import annotations

from typing import Any

import apache_beam as beam
import tensorflow_model_analysis as tfma

from components.evaluator.donors import GiveHalves
from components.evaluator.scores import WriteScores, scores_folder


def custom_extractors(eval_shared_model: Any, eval_config: Any, tensor_adapter_config: Any) -> list[Any]:
    """Return TFMA's default extractors, one that shuffles halves after the first, and one that writes the scores."""
    features, *others = tfma.default_extractors(
        eval_shared_model=eval_shared_model,
        eval_config=eval_config,
        tensor_adapter_config=tensor_adapter_config,
    )
    folder = scores_folder.get()
    several = isinstance(eval_shared_model, list) and len(eval_shared_model) > 1
    columns = [column for spec in eval_config.slicing_specs for column in spec.feature_keys]
    give = tfma.extractors.Extractor(stage_name="GiveHalves", ptransform=beam.ParDo(GiveHalves(folder)))
    keep = tfma.extractors.Extractor(stage_name="WriteScores", ptransform=WriteScores(folder, several, columns))
    return [features, give, *others, keep]
