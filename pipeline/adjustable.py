"""What an operator changes from run to run, in one place: values here, runtime parameters on a cluster."""

from __future__ import annotations

import dataclasses
from typing import Any

from components.evaluator.adjust import ADJUSTABLE
from pipeline.config import Config


@dataclasses.dataclass(frozen=True)
class Adjustable:
    """Settings that the graph takes as they are here, whatever the configuration says.

    Each is a plain value or TFX's `RuntimeParameter` of its type.

    Attributes:
        data_root: Folder that holds `span-N` folders.
        span: The newest span's number as text, or `latest`.
        window: How many spans are read.
        epochs: Most epochs of each model.
        push_to: Folder that TF Serving watches.
        bounds: The gate's bounds by the name of the setting (`min_gain`, `min_auc`, `max_drop`), of those that are set.
    """

    data_root: Any
    span: Any
    window: Any
    epochs: Any
    push_to: Any
    bounds: dict[str, Any]

    @classmethod
    def of(cls, config: Config, span: str | None = None) -> Adjustable:
        """Return what the configuration says.

        Args:
            config: The configuration.
            span: The span's number, where it is known already.
        """
        bounds = {name: getattr(config.gate, name) for name in ADJUSTABLE}
        return cls(
            data_root=str(config.data.root),
            span=span or str(config.data.span),
            window=config.data.window,
            epochs=config.train.epochs,
            push_to=str(config.models),
            bounds={name: float(value) for name, value in bounds.items() if value is not None},
        )

    @property
    def known_span(self) -> str:
        """The newest span's number, or `latest`; empty where it is known only once the run starts."""
        return self.span if isinstance(self.span, str) else ""

    def plain(self) -> dict[str, Any]:
        """Return all of them in one mapping by name; the bounds stand among the others."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "bounds"}
        return fields | self.bounds
