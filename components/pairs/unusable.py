"""How a check says that a value cannot be used."""

from __future__ import annotations

from components.pairs.reasons import Reason

_SHOWN = 80


class Unusable(Exception):
    """A value that makes its pair unusable; `check_pair` turns it into a `Rejection`.

    Args:
        reason: What is wrong.
        received: What was received, as the start of a sentence or a whole one, without its full stop.
    """

    def __init__(self, reason: Reason, received: str):
        self.reason = reason
        self.detail = f"{received}. {reason.mend}"
        super().__init__(self.detail)


def shown(value: object) -> str:
    """Returns a value from a stranger in a form that is short and safe to print."""
    text = ascii(value[: _SHOWN + 1] if isinstance(value, (str, bytes)) else value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
