"""The extractors that TFX's Evaluator runs: TFMA's own, and one at their end that keeps the scores.

TFX calls `custom_extractors` of the module that it is given, which it loads anew, and does not tell it where the
evaluation goes; the executor hands the folder over through `scores.written_to`.
"""

from __future__ import annotations

from typing import Any

import tensorflow_model_analysis as tfma

from components.evaluator.scores import WriteScores, scores_folder


def custom_extractors(eval_shared_model: Any, eval_config: Any, tensor_adapter_config: Any) -> list[Any]:
    """Return TFMA's default extractors and one that writes the scores."""
    default = tfma.default_extractors(
        eval_shared_model=eval_shared_model,
        eval_config=eval_config,
        tensor_adapter_config=tensor_adapter_config,
    )
    several = isinstance(eval_shared_model, list) and len(eval_shared_model) > 1
    keep = tfma.extractors.Extractor(stage_name="WriteScores", ptransform=WriteScores(scores_folder.get(), several))
    return [*default, keep]
