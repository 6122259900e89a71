"""Find the faults of a Keras model and its arrays before the first epoch."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import keras

from components.errors import InputError
from components.preflight.checks.activation_and_loss import check_activation_and_loss
from components.preflight.checks.branch_ratio import check_branch_ratio
from components.preflight.checks.constant_output import check_constant_output
from components.preflight.checks.dead_branch import check_dead_branch
from components.preflight.checks.exploding import check_exploding
from components.preflight.checks.frozen_batch_norm import check_frozen_batch_norm
from components.preflight.checks.frozen_layers import check_frozen_layers
from components.preflight.checks.image_preprocessing import check_image_preprocessing
from components.preflight.checks.labels_and_head import check_labels_and_head
from components.preflight.checks.leak import check_leak
from components.preflight.checks.missing_class import check_missing_class
from components.preflight.checks.one_step_recurrence import check_one_step_recurrence
from components.preflight.checks.one_unit_softmax import check_one_unit_softmax
from components.preflight.checks.padding_without_mask import check_padding_without_mask
from components.preflight.checks.saturated_loss import check_saturated_loss
from components.preflight.checks.tail_split import check_tail_split
from components.preflight.checks.unfrozen_backbone import check_unfrozen_backbone
from components.preflight.checks.unit_norm import check_unit_norm
from components.preflight.checks.untrained_head import check_untrained_head
from components.preflight.codes import CODES, ERROR
from components.preflight.finding import Finding
from components.preflight.report import Report
from components.preflight.subject import Subject, make_subject

CHECKS: tuple[Callable[[Subject], Iterable[Finding]], ...] = (
    check_one_unit_softmax,
    check_constant_output,
    check_saturated_loss,
    check_activation_and_loss,
    check_labels_and_head,
    check_untrained_head,
    check_one_step_recurrence,
    check_padding_without_mask,
    check_image_preprocessing,
    check_unit_norm,
    check_dead_branch,
    check_exploding,
    check_branch_ratio,
    check_frozen_layers,
    check_unfrozen_backbone,
    check_frozen_batch_norm,
    check_tail_split,
    check_missing_class,
    check_leak,
)


def preflight(
    model: keras.Model,
    train: Any = None,
    evaluation: Any = None,
    *,
    loss: Any = None,
    optimizer: Any = None,
    trained: bool | None = None,
    validation_split: float | None = None,
    rows: int = 256,
    ignore: Collection[str] = (),
) -> Report:
    """Check a model, its loss and its arrays; nothing of them is changed.

    At most `rows` evenly spaced training examples are run through the model, fewer where it is large (8 to 10 through
    VGG16 at 224 x 224), once forward and once back. Labels, splits and duplicates are checked on all rows.

    Args:
        model: The model, functional, sequential or subclassed; of a subclassed one only its answers are seen.
        train: `(inputs, labels)` as arrays, the first axis being the examples. Inputs by name, as a list in the
            model's order, or one array; labels as one array for every output, a dict by output, or None.
        evaluation: The same for validation.
        loss: One loss, a list or a dict by output; None takes the compiled one.
        optimizer: Optimizer or its name, for its learning rate; None takes the compiled one.
        trained: Whether the model counts as trained: then its head must have left its initial values. None takes it
            as trained if its optimizer has made a step.
        validation_split: The share that `fit` will cut off the tail; without evaluation arrays, 0.2 is assumed.
        rows: Most examples to run.
        ignore: Codes that are left out.

    Returns:
        What was found; `report.errors` stop a run.

    Raises:
        InputError: The arrays do not fit the model, or a code is unknown.

    Example:
        report = preflight(model, ({"image": images, "text": texts}, labels), loss="binary_crossentropy")
        if report.errors:
            raise SystemExit(report.to_text())
    """
    _require_known(ignore)
    started = time.monotonic()
    subject = make_subject(
        model,
        train,
        evaluation,
        loss=loss,
        optimizer=optimizer,
        trained=trained,
        validation_split=validation_split,
        rows=rows,
    )
    found = [finding for check in CHECKS for finding in check(subject) if finding.code not in ignore]
    return Report(
        findings=tuple(sorted(found, key=lambda finding: (finding.severity != ERROR, finding.code))),
        unchecked=tuple(_unchecked(subject)),
        rows=subject.sample.rows if subject.sample is not None else 0,
        seconds=time.monotonic() - started,
    )


def _require_known(codes: Collection[str]) -> None:
    unknown = set(codes) - set(CODES)
    if unknown:
        raise InputError(
            f"ignore must name codes of preflight. Received: {', '.join(sorted(unknown))}. "
            f"The codes are {min(CODES)} to {max(CODES)}."
        )


def _unchecked(subject: Subject) -> Iterable[str]:
    if subject.train is None:
        yield "outputs, labels, input ranges, padding, branches and splits: no arrays were given"
    elif not subject.train.labels:
        yield "labels, loss and splits: no labels were given"
    elif subject.evaluation is None:
        yield "duplicates and classes between the splits: no validation arrays were given"
    if not any(head.loss for head in subject.heads):
        yield "the loss: none was given, and the model is not compiled"
    if subject.graph is None:
        yield "layers, branches and preprocessing: the model is subclassed or not built, so its graph is not known"
