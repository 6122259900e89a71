"""Evaluator: TFX's own, with the metric FusionGain and the scores of every test pair kept."""
