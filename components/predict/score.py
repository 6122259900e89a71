"""Score the rows of a part with one model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from components import keys
from components.pack.map_ahead import map_ahead
from components.pairs.limits import PairLimits
from components.pairs.rejection import Rejection
from components.predict.drove import drove, pulls
from components.predict.prepare import Prepared, prepare
from components.predict.source import Part, Source
from components.predict.table import COLUMNS
from components.serving_check.client import Client

_DIGITS = 7

Row = dict[str, Any]


class Scorer:
    """A loaded model and what its answers are read by.

    Args:
        model: The SavedModel's folder.
        served: The output that it serves as `probability`.
        limits: What a usable pair is.
        batch_size: Pairs of one request.
    """

    def __init__(self, model: str, served: str, limits: PairLimits, batch_size: int):
        self._client = Client(model)
        self._served = served
        self._limits = limits
        self._batch_size = batch_size
        self._base = float(self._client.ask([b""], [b""])[keys.LATE][0])

    def score(self, part: Part, source: Source) -> Iterator[Row]:
        """Yield a row of the table for each row of a part, in order; images are read a batch or so ahead.

        Args:
            part: The rows.
            source: Where they came from.
        """
        read = partial(_prepare, source=source, limits=self._limits)
        waiting: list[Prepared | Rejection] = []
        ready = 0
        for outcome in map_ahead(read, part.rows):
            waiting.append(outcome)
            ready += isinstance(outcome, Prepared)
            if ready == self._batch_size:
                yield from self._answer(waiting)
                waiting, ready = [], 0
        yield from self._answer(waiting)

    def _answer(self, outcomes: Sequence[Prepared | Rejection]) -> Iterator[Row]:
        pairs = [outcome for outcome in outcomes if isinstance(outcome, Prepared)]
        rows = iter(self._ask(pairs) if pairs else ())
        for outcome in outcomes:
            yield next(rows) if isinstance(outcome, Prepared) else _refused(outcome)

    def _ask(self, pairs: Sequence[Prepared]) -> list[Row]:
        vectors = [pair.vector for pair in pairs] if self._client.vector_width else None
        answers = self._client.ask([pair.image for pair in pairs], [pair.text.encode() for pair in pairs], vectors)
        return [
            self._row(pair, {name: values[place] for name, values in answers.items()})
            for place, pair in enumerate(pairs)
        ]

    def _row(self, pair: Prepared, answer: dict[str, Any]) -> Row:
        scores = {name: float(answer[name]) for name in (*keys.OUTPUTS, keys.PROBABILITY)}
        decision = int(answer[keys.DECISION])
        pulled = pulls(scores, self._served, self._base)
        return {
            **dict.fromkeys(COLUMNS),
            keys.ID: pair.id,
            "source": pair.source,
            **{name: round(score, _DIGITS) for name, score in scores.items()},
            "served": self._served,
            keys.DECISION: decision,
            "drove": drove(pulled, decision),
            "pull_image": round(pulled.image, _DIGITS),
            "pull_text": round(pulled.text, _DIGITS),
            "pull_interaction": round(pulled.interaction, _DIGITS),
            keys.IMAGE_USED: int(answer[keys.IMAGE_USED]),
            keys.TEXT_USED: int(answer[keys.TEXT_USED]),
        }


def _prepare(placed: tuple[str, Any], source: Source, limits: PairLimits) -> Prepared | Rejection:
    place, row = placed
    return prepare(row, place, source.images, source.home, limits)


def _refused(rejection: Rejection) -> Row:
    told = {
        keys.ID: rejection.id,
        "source": rejection.source,
        "error": str(rejection.reason),
        "detail": rejection.detail,
    }
    return {**dict.fromkeys(COLUMNS), **told}
