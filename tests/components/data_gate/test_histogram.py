from __future__ import annotations

import math

import numpy as np
import pytest

from components.data_gate.histogram import divergence_of_chance, jensen_shannon, soft_histogram


def test_masses_add_up_to_the_number_of_values_wherever_they_lie() -> None:
    masses = soft_histogram([-5, 0, 2.5, 10, 99], [0, 5, 10])
    assert masses == [2.5, 0.5, 2.0]


def test_values_a_hair_apart_give_histograms_a_hair_apart() -> None:
    centres = [float(number) for number in range(12)]
    one, two = (soft_histogram([math.log2(side)] * 50, centres) for side in (255, 256))
    assert jensen_shannon(one, two) < 0.005


def test_divergence_is_0_for_equal_shapes_and_1_bit_for_nothing_in_common() -> None:
    assert jensen_shannon([1, 3], [10, 30]) == 0
    assert jensen_shannon([1, 0], [0, 7]) == 1
    assert jensen_shannon([3, 1], [1, 3]) == jensen_shannon([1, 3], [3, 1])


@pytest.mark.parametrize("size", [100, 1000])
def test_what_chance_explains_is_twice_the_mean_of_two_samples_of_one_distribution(size: int) -> None:
    random = np.random.default_rng(1)
    draws = [jensen_shannon(*random.multinomial(size, [0.1] * 10, 2).tolist()) for _ in range(200)]
    assert divergence_of_chance(10, size, size) == pytest.approx(2 * np.mean(draws), rel=0.15)
    assert np.mean(np.array(draws) > divergence_of_chance(10, size, size)) < 0.05
