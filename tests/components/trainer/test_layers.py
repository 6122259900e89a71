from __future__ import annotations

import keras
import numpy as np
import pytest

from components import keys
from components.trainer.branches import Widths, build_tokens
from components.trainer.layers import TrimPadding

SPEC = {"text_branch": {"embedding": 16, "dropout": 0.5, "lstm": 16, "dense": 8}}
TOKENS = np.array([[3, 1, 2, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]])


def test_columns_that_are_padding_in_all_texts_are_cut_but_one_is_left() -> None:
    trim = TrimPadding()
    np.testing.assert_array_equal(trim(TOKENS), TOKENS[:, :3])
    np.testing.assert_array_equal(trim(TOKENS[2:]), [[0]])
    np.testing.assert_array_equal(trim(np.full((2, 8), 7)), np.full((2, 8), 7))


@pytest.mark.parametrize("kind", [keys.LSTM, keys.POOLED])
def test_a_text_is_answered_alike_however_much_padding_its_batch_leaves(kind: str) -> None:
    keras.utils.set_random_seed(2)
    model = build_tokens(kind, SPEC, Widths(image=1, tokens=8, vocabulary=9))
    long = np.array([[5, 6, 7, 8, 5, 6, 7, 8]])
    alone = model.predict({keys.TOKENS: TOKENS}, verbose=0)
    beside = model.predict({keys.TOKENS: np.concatenate([TOKENS, long])}, verbose=0)[:3]
    np.testing.assert_allclose(alone, beside, atol=1e-6)
    assert np.ptp(alone) > 1e-3
