"""Real pairs as they are sent to a model."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from components import keys
from components.serving_check.client import Answers, Client


class RawPairs:
    """Raw pairs, cycled where more are asked for than there are.

    Args:
        records: tf.Examples with `id`, `image`, `text` and perhaps `text_vector`.
        width: Width of the vector that a request must bring with its text, or None.
    """

    def __init__(self, records: Sequence[bytes], width: int | None):
        features = [tf.train.Example.FromString(record).features.feature for record in records]
        self.records = records
        self.ids = [each[keys.ID].bytes_list.value[0].decode() for each in features]
        self.pictures = [each[keys.IMAGE].bytes_list.value[0] for each in features]
        self.texts = [(list(each[keys.TEXT].bytes_list.value) or [b""])[0] for each in features]
        self.vectors = [list(each[keys.TEXT_VECTOR].float_list.value) for each in features] if width else None

    def ask(self, client: Client, count: int, first: int = 0, others: Sequence[tuple[bytes, bytes]] = ()) -> Answers:
        """Ask about so many pairs from one on, the first of them replaced by others: picture and text."""
        places = [(first + place) % len(self.ids) for place in range(count)]
        kept = places[len(others) :]
        return client.ask(
            [*(picture for picture, _ in others), *(self.pictures[place] for place in kept)],
            [*(text for _, text in others), *(self.texts[place] for place in kept)],
            [self.vectors[place] for place in (*[places[0]] * len(others), *kept)] if self.vectors else None,
        )
