"""Captions say the mood and the topic they were asked for, each in its own words."""

from __future__ import annotations

import numpy as np
import pytest

from components.errors import InputError
from pipeline.demo.captions import MOODS, MOST_CAPTIONS, TEMPLATES, TOPICS, write_captions


def test_captions_hold_two_words_of_their_mood_and_topic_and_none_of_the_others() -> None:
    asked = [(mood, topic) for mood in (1, -1) for topic in (1, -1)] * 25
    captions = write_captions([mood for mood, _ in asked], [topic for _, topic in asked], np.random.default_rng(0))
    for (mood, topic), caption in zip(asked, captions, strict=True):
        words = caption.text.split()
        for bank, value in ((MOODS, mood), (TOPICS, topic)):
            assert sum(word in bank[value].split() for word in words) == 2
            assert not set(words) & set(bank[-value].split())


def test_no_two_captions_read_the_same() -> None:
    captions = write_captions([1] * 5000, [1] * 5000, np.random.default_rng(0))
    assert len({" ".join(caption.text.casefold().split()) for caption in captions}) == 5000


def test_word_banks_and_templates_share_no_word() -> None:
    banks = [set(words.split()) for bank in (MOODS, TOPICS) for words in bank.values()]
    filler = set(" ".join(TEMPLATES).split())
    assert sum(map(len, banks)) + len(filler) == len(filler.union(*banks))


def test_more_captions_than_the_words_allow_are_refused() -> None:
    with pytest.raises(InputError, match="distinct"):
        write_captions([1] * (MOST_CAPTIONS + 1), [1] * (MOST_CAPTIONS + 1), np.random.default_rng(0))
