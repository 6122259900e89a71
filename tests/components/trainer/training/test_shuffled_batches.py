from __future__ import annotations

import numpy as np

from components.trainer.training.shuffled_batches import shuffled_batches


def batches(seed: int, first_epoch: int = 0) -> list[np.ndarray]:
    examples = ({"x": np.arange(10)}, np.arange(10) * 2)
    dataset = shuffled_batches(examples, 4, seed=seed, first_epoch=first_epoch, epochs=3)
    taken = list(dataset.as_numpy_iterator())
    for inputs, labels in taken:
        np.testing.assert_array_equal(inputs["x"] * 2, labels)
    return [inputs["x"] for inputs, _ in taken]


def test_every_epoch_holds_every_example_once_in_an_order_of_its_own() -> None:
    taken = batches(seed=1)
    assert [len(batch) for batch in taken] == [4, 4, 2] * 3
    epochs = [np.concatenate(taken[start : start + 3]).tolist() for start in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    whole, resumed, other = batches(seed=1), batches(seed=1, first_epoch=2), batches(seed=2)
    assert [batch.tolist() for batch in resumed] == [batch.tolist() for batch in whole[6:]]
    assert [batch.tolist() for batch in other] != [batch.tolist() for batch in whole]


def test_nothing_that_the_end_of_a_fit_would_wait_for_tunes_the_batches() -> None:
    dataset = shuffled_batches((np.zeros(4), np.zeros(4)), 2, seed=1, first_epoch=0, epochs=1)
    assert dataset.options().autotune.enabled is False
