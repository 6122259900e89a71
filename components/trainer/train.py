"""Training, whole: the parts to their own best, the late ensemble, the fusion heads, calibration and threshold."""

from __future__ import annotations

import dataclasses
import functools
import logging
import time
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from components import keys
from components.trainer.assemble import assemble
from components.trainer.calibration import (
    Calibration,
    base_rate_logit,
    expected_calibration_error,
    fit_calibration,
    reliability,
)
from components.trainer.decision import Decision, choose_threshold
from components.trainer.folds import make_folds
from components.trainer.heads import Head, Late, fit_joint, fit_residual, late_head
from components.trainer.joint import build_joint
from components.trainer.parts import Part, fit_part
from components.trainer.select_head import Candidate, select_head
from components.trainer.setting import Setting, labels_of
from components.trainer.stack import fit_stack, sigmoid
from components.trainer.text_features import build_text_features
from components.trainer.training.renewed import Renewed

_LOG = logging.getLogger("fusegate.trainer")


@dataclasses.dataclass(frozen=True)
class Trained:
    """Everything that a training gives.

    Attributes:
        model: From Transform's features to the logits of every output; see `assemble`.
        calibrations: By output.
        base_rate: Logit of the share of positives in the train split.
        decision: The threshold on the fused probability.
        details: What is told of the training, in plain values that JSON holds.
        trained: The models that were trained step by step, by name.
    """

    model: keras.Model
    calibrations: dict[str, Calibration]
    base_rate: float
    decision: Decision
    details: dict[str, Any]
    trained: dict[str, keras.Model]


def train(features: keras.Model, setting: Setting) -> Trained:
    """Train the parts and the fused model.

    The parts are fitted to their own best, with the same budget, early stopping and seed, and stacked on scores out of
    fold. The heads of `train.candidates`, or the one of `train.head`, stand on top of them.

    Args:
        features: The model that made the setting's features.
        setting: Data, configuration and folders.

    Raises:
        PreflightError: Preflight finds errors in a model or in the data.
    """
    spec = setting.spec
    # No convex part has an epoch: this model, never fitted, sees all that the parts and heads will see.
    setting.check(build_joint(keys.CONCAT, spec, setting.widths))
    parts = (
        fit_part(keys.IMAGE_ONLY, (spec["image_branch"]["kind"],), setting),
        fit_part(keys.TEXT_ONLY, tuple(spec["text_branch"]["kinds"]), setting),
    )
    out_of_fold = np.column_stack([part.out_of_fold for part in parts])
    late = Late(parts, fit_stack(out_of_fold, labels_of(setting.train), setting.weights))
    started = time.monotonic()
    head, table = _fuse(late, setting)
    _LOG.info("fusion heads fitted in %.1f s", time.monotonic() - started)
    model = assemble(features, late, head)

    labels = labels_of(setting.evaluation)
    logits = {part.name: part.score(setting.evaluation) for part in parts}
    logits |= {keys.LATE: late.score(setting.evaluation), keys.FUSED: head.score(setting.evaluation)}
    calibrations = {name: fit_calibration(logits[name], labels) for name in keys.OUTPUTS}
    probabilities = sigmoid(calibrations[keys.FUSED](logits[keys.FUSED]))
    decision = choose_threshold(probabilities, labels, spec["train"]["decision"])
    bins = reliability(probabilities, labels)
    details = {
        **_fusion_told(late, head, table),
        "calibration": {name: dataclasses.asdict(calibration) for name, calibration in calibrations.items()},
        "decision": {**spec["train"]["decision"], **dataclasses.asdict(decision)},
        "reliability": [dataclasses.asdict(each) for each in bins],
        "calibration_error": expected_calibration_error(bins),
        "preflight": [finding.to_dict() for finding in setting.findings],
        "warm_start": _warm_start_told(setting),
    }
    base_rate = base_rate_logit(labels_of(setting.train))
    return Trained(model, calibrations, base_rate, decision, details, _trained(parts, head))


def _warm_start_told(setting: Setting) -> list[str]:
    """Say what started from the live model and what did not; nothing where a warm start was not asked for."""
    if not setting.spec["train"].get("warm_start"):
        return []
    return setting.warm_started or ["every part and head is solved, not trained, so none starts from the live model"]


def _fusion_told(late: Late, head: Head, table: list[Candidate]) -> dict[str, Any]:
    return {
        "head": head.name,
        "candidates": [dataclasses.asdict(candidate) for candidate in table],
        "heads": {head.name: dict(head.details)},
        "parts": {
            part.name: {
                "branches": {branch.kind: dict(branch.details) for branch in part.branches},
                "weights": dict(zip((b.kind for b in part.branches), part.stack.weights.tolist(), strict=True)),
            }
            for part in late.parts
        },
        "late_weights": dict(zip((part.name for part in late.parts), late.stack.weights.tolist(), strict=True)),
    }


def _trained(parts: tuple[Part, ...], head: Head) -> dict[str, keras.Model]:
    branches = [branch for part in parts for branch in part.branches if branch.kind in keys.TRAINED_KINDS]
    return {branch.kind: branch.model for branch in branches} | ({head.name: head.model} if head.model else {})


def _fuse(late: Late, setting: Setting) -> tuple[Head, list[Candidate]]:
    """Fit the configured head, or the one that the eval split chooses."""
    spec = setting.spec["train"]
    names = spec["candidates"] if spec["head"] == keys.AUTO else [spec["head"]]
    labels, groups = labels_of(setting.evaluation), np.asarray(setting.evaluation[keys.GROUP]).reshape(-1)
    halves = make_folds(labels, groups, 2, setting.spec["seed"]) == 0
    fitted = {name: _fixed(name, late, setting) for name in names if name not in keys.JOINT_HEADS}
    joint = {
        name: Renewed(functools.partial(build_joint, name, setting.spec, setting.widths))
        for name in names
        if name in keys.JOINT_HEADS
    }
    if not fitted and len(names) == 1:
        fitted = {names[0]: fit_joint(names[0], joint[names[0]], setting)}
    logits = {name: head.score(setting.evaluation) for name, head in fitted.items()}
    for name in names:
        if name not in logits:
            logits[name] = _nested(name, joint[name], setting, halves)
    chosen, table = select_head(logits, labels, groups, setting.spec["seed"])
    for row in table:
        _LOG.info("head %s: AUC %.3f on eval%s", row.head, row.auc, ", chosen" if row.head == chosen else "")
    return fitted.get(chosen) or fit_joint(chosen, joint[chosen], setting), table


def _fixed(name: str, late: Late, setting: Setting) -> Head:
    """Fit a head that looks at the train split alone."""
    if name == keys.LATE:
        return late_head(late)
    widths = {
        key: setting.train[key].shape[1]
        for key in (keys.SENTENCE_FEATURES, keys.LEXICAL_VECTOR)
        if key in setting.train
    }
    return fit_residual(late, build_text_features(late.parts[1], widths), setting)


def _nested(name: str, renewed: Renewed, setting: Setting, halves: NDArray[np.bool_]) -> NDArray[np.floating]:
    """Score the eval split with models that were stopped on its other half: what stops does not judge."""
    scores = np.zeros(len(halves))
    for number, stop_on in enumerate((halves, ~halves)):
        head = fit_joint(name, renewed, setting, f"{name}-nested{number}", stop_on)
        scores[~stop_on] = head.score(setting.evaluation)[~stop_on]
    return scores
