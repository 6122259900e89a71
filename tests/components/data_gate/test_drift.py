"""Drift on drawn observations: samples of one distribution do not cry wolf, and shifts are found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from components.data_gate.data_summary import DataSummary
from components.data_gate.drift import measure_drift
from components.data_gate.observation import Observation
from components.data_gate.settings import DRIFT_LIMITS


def draw(seed: int, count: int = 300, templates: int = 0) -> list[Observation]:
    """Texts of a Zipf vocabulary of log-normal lengths; pictures of their own, or variants of some templates."""
    random = np.random.default_rng(seed)
    chances = 1 / np.arange(1, 3001)
    fixed = np.random.default_rng(99)
    greys, sides = fixed.normal(120, 45, 400), fixed.choice([300, 500, 640, 800, 1080], 400)
    observations = []
    for number in range(count):
        length = int(np.clip(random.lognormal(2.2, 0.5), 1, 60))
        words = [f"w{word}" for word in random.choice(3000, length, p=chances / chances.sum())]
        kind = int(random.integers(templates or 400))
        observations.append(
            Observation(
                id=f"{seed}-{number}",
                group=f"t{kind}" if templates else f"{seed}-{number}",
                label=number % 2,
                picture=f"{seed}-{number}",
                width=int(sides[kind]),
                height=int(sides[kind]),
                brightness=float(np.clip(greys[kind] + random.normal(0, 4), 0, 255)),
                text_length=len(" ".join(words)),
                words=tuple(dict.fromkeys(words)),
            )
        )
    return observations


def moved(one: list[Observation], two: list[Observation]) -> dict[str, tuple[str, ...]]:
    before, now = (DataSummary.of(sample, len(sample)) for sample in (one, two))
    return {item.feature: item.ids for item in measure_drift(two, now, before, DRIFT_LIMITS) if item.finding}


@pytest.mark.parametrize("templates", [0, 40])
def test_samples_of_one_distribution_raise_no_alarm(templates: int) -> None:
    samples = [draw(seed, templates=templates) for seed in range(10)]
    assert [moved(one, two) for one in samples[:5] for two in samples[5:]] == [{}] * 25


@pytest.mark.parametrize("count", [40, 100])
def test_small_samples_raise_no_alarm_either(count: int) -> None:
    assert [moved(draw(seed, count), draw(100 + seed, count)) for seed in range(15)] == [{}] * 15


SHIFTS: dict[str, Callable[[Observation], Observation]] = {
    "text_length": lambda seen: dataclasses.replace(seen, text_length=seen.text_length * 2),
    "image_size": lambda seen: dataclasses.replace(seen, width=seen.width // 2, height=seen.height // 2),
    "brightness": lambda seen: dataclasses.replace(seen, brightness=max(0.0, seen.brightness - 60)),
    "vocabulary": lambda seen: dataclasses.replace(
        seen, words=tuple(f"x{word}" if place % 3 == 0 else word for place, word in enumerate(seen.words))
    ),
}


@pytest.mark.parametrize("feature", SHIFTS)
def test_shift_of_one_feature_is_found_and_no_other(feature: str) -> None:
    for seed in range(2):
        found = moved(draw(seed), [SHIFTS[feature](seen) for seen in draw(50 + seed)])
        assert found.keys() == {feature}
        assert len(found[feature]) == 5


def test_ids_to_look_at_are_those_that_do_not_belong() -> None:
    strange = [dataclasses.replace(seen, id=f"odd{n}", width=40, height=40) for n, seen in enumerate(draw(2, 100))]
    found = moved(draw(0), [*draw(1, 200), *strange])
    assert all(pair_id.startswith("odd") for pair_id in found["image_size"])


def test_summary_is_read_back_as_it_was_written_and_holds_no_word() -> None:
    summary = DataSummary.of(draw(1, 30), 30)
    assert DataSummary.from_json(summary.to_json()) == summary
    assert '"w1"' not in summary.to_json()
    assert DataSummary.from_json('{"layout": 0}') is None


def test_equal_pictures_count_once() -> None:
    same = [dataclasses.replace(seen, picture="one", brightness=200.0) for seen in draw(1, 30)]
    assert sum(DataSummary.of(same, 30).histograms["brightness"]) == 1
    assert sum(DataSummary.of(same, 30).histograms["text_length"]) == pytest.approx(30)


def test_expected_share_of_known_words_is_what_another_sample_shows() -> None:
    before, now = (DataSummary.of(draw(seed, 500), 500) for seed in (1, 2))
    assert before.known_share(now.words) == pytest.approx(before.expected_known_share, abs=0.02)
