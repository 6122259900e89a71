"""What a loss expects: its family, and whether it reads logits."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras

BINARY = "binary cross-entropy"
CATEGORICAL = "categorical cross-entropy"
SPARSE = "sparse categorical cross-entropy"

_FAMILIES = {
    "binary_crossentropy": BINARY,
    "binary_focal_crossentropy": BINARY,
    "categorical_crossentropy": CATEGORICAL,
    "categorical_focal_crossentropy": CATEGORICAL,
    "sparse_categorical_crossentropy": SPARSE,
}
_CLASSES = (
    (keras.losses.BinaryCrossentropy, BINARY),
    (keras.losses.BinaryFocalCrossentropy, BINARY),
    (keras.losses.CategoricalCrossentropy, CATEGORICAL),
    (keras.losses.CategoricalFocalCrossentropy, CATEGORICAL),
    (keras.losses.SparseCategoricalCrossentropy, SPARSE),
)


@dataclasses.dataclass(frozen=True)
class LossSpec:
    """A loss of one output.

    Attributes:
        family: `BINARY`, `CATEGORICAL`, `SPARSE`, or None for any other loss.
        from_logits: Whether it reads logits.
        ignore_class: A label that is left out, if any.
        compute: From labels and predictions to the loss.
    """

    family: str | None
    from_logits: bool
    ignore_class: int | None
    compute: Callable[[Any, Any], Any]

    @property
    def name(self) -> str:
        """The loss in words."""
        return f"{self.family} with from_logits={self.from_logits}"


def loss_spec(loss: Any) -> LossSpec | None:
    """Read a loss.

    Args:
        loss: A name, a function, a `keras.Loss`, or None.

    Returns:
        What it expects, or None without a loss.
    """
    if loss is None:
        return None
    resolved = keras.losses.get(loss)
    if isinstance(resolved, keras.Loss):
        family = next((family for kind, family in _CLASSES if isinstance(resolved, kind)), None)
        family = family or _FAMILIES.get(getattr(getattr(resolved, "fn", None), "__name__", ""))
        settings = resolved.get_config() if family else {}
        # Keras keeps the logits switch of a categorical loss inside its settings only.
        from_logits = bool(settings.get("from_logits", False))
        return LossSpec(family, from_logits, settings.get("ignore_class"), resolved)
    return LossSpec(_FAMILIES.get(getattr(resolved, "__name__", "")), False, None, resolved)
