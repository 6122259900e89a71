"""What preflight found, as text and as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

from components.preflight.codes import ERROR
from components.preflight.finding import Finding


@dataclasses.dataclass(frozen=True)
class Report:
    """The findings of one preflight, errors first.

    Attributes:
        findings: What was found.
        unchecked: What could not be checked, and why.
        rows: Examples that were run through the model.
        seconds: How long it took.
    """

    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...] = ()
    rows: int = 0
    seconds: float = 0.0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a run."""
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not."""
        return tuple(finding for finding in self.findings if finding.severity != ERROR)

    @property
    def codes(self) -> frozenset[str]:
        """The codes found, each once."""
        return frozenset(finding.code for finding in self.findings)

    def summary(self) -> str:
        """Return one line: how many errors and warnings on how many examples."""
        counts = f"{_count(len(self.errors), 'error')}, {_count(len(self.warnings), 'warning')}"
        ran = f"{self.rows} examples run through the model" if self.rows else "no example run through the model"
        return f"{counts}; {ran}, {self.seconds:.1f} s"

    def to_text(self) -> str:
        """Return the findings with evidence, reason and mend, one paragraph each."""
        paragraphs = [
            f"{finding.code} {finding.severity}: {finding.kind.title} ({finding.where})\n"
            f"  Evidence: {finding.sentence}\n  Why: {finding.kind.why}\n  Mend: {finding.kind.mend}"
            for finding in self.findings
        ]
        paragraphs += [f"Not checked: {reason}" for reason in self.unchecked]
        return "\n".join([*paragraphs, self.summary()])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "findings": [finding.to_dict() for finding in self.findings],
            "unchecked": list(self.unchecked),
        }

    def to_json(self) -> str:
        """Return the report as JSON; a number that is not finite becomes null, which JSON can hold."""
        return json.dumps(_finite(self.to_dict()), indent=2)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
