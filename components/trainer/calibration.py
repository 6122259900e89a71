"""Calibration of logits on the eval split, and the data of the reliability diagram."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from components.trainer.stack import fit_stack

BINS = 10


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Calibrated logit = logit / temperature + bias."""

    temperature: float
    bias: float

    def __call__(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return calibrated logits."""
        return logits / self.temperature + self.bias


@dataclasses.dataclass(frozen=True)
class Bin:
    """One bin of a reliability diagram: its examples, their mean probability, and their share of positives."""

    count: int
    probability: float
    positives: float


def fit_calibration(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> Calibration:
    """Fit temperature and bias by maximum likelihood, on examples that the model was not fitted on.

    The bias belongs to it because training with class weights shifts all logits. An output that does not rise with the
    label is not turned round: it becomes the base rate.

    Args:
        logits: Shape (n,).
        labels: Shape (n,), 0 or 1.

    Reference:
        Guo et al. 2017, "On Calibration of Modern Neural Networks"; with the bias, Platt 1999.
    """
    stack = fit_stack(logits[:, None], labels, np.ones(len(labels)))
    slope = max(float(stack.weights[0]), 1e-6)
    return Calibration(1 / slope, stack.bias)


def reliability(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> list[Bin]:
    """Return the bins of equal width of a reliability diagram, without the empty ones."""
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    bins = []
    for place in np.unique(places):
        inside = places == place
        bins.append(Bin(int(inside.sum()), float(probabilities[inside].mean()), float(labels[inside].mean())))
    return bins


def expected_calibration_error(bins: list[Bin]) -> float:
    """Return the mean distance between probability and share of positives, weighted by the bins' counts.

    Reference:
        Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    return sum(each.count * abs(each.probability - each.positives) for each in bins) / sum(each.count for each in bins)


def base_rate_logit(labels: NDArray[np.integer]) -> float:
    """Return the logit of the share of positives: what is known of a pair that shows nothing."""
    return float(np.log(labels.mean() / (1 - labels.mean())))
