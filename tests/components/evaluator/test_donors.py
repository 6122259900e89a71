"""Halves that are shuffled among examples: who gets whose, whatever the bundles."""

from __future__ import annotations

from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
import tensorflow as tf
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from components import keys
from components.evaluator import donors
from components.evaluator.donors import ChooseDonors, GiveHalves, donated_to, read_donors


def example(number: int, groups: int) -> bytes:
    made = tf.train.Example()
    feature = made.features.feature
    feature[keys.ID].bytes_list.value.append(f"m{number}".encode())
    feature[keys.GROUP].bytes_list.value.append(f"g{number % groups}".encode())
    feature[keys.IMAGE].bytes_list.value.append(b"picture" * 100)
    feature[keys.TEXT].bytes_list.value.append(f"text {number}".encode())
    feature[keys.IMAGE_VECTOR].float_list.value.extend([number, 1.0])
    return made.SerializeToString()


def choose(folder: Path, numbers: list[int], groups: int) -> list[donors.Donor]:
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        _ = pipeline | beam.Create([example(number, groups) for number in numbers]) | ChooseDonors(str(folder))
    return read_donors(str(folder))


def give(folder: Path, numbers: list[int], groups: int) -> dict[str, str]:
    """Give each example a donor's halves; return the donor's id by that of the example."""
    do_fn = GiveHalves(str(folder))
    do_fn.setup()
    extracts = {
        "input": np.array([example(number, groups) for number in numbers], object),
        "features": {
            keys.ID: np.array([[f"m{number}".encode()] for number in numbers]),
            keys.GROUP: np.array([[f"g{number % groups}".encode()] for number in numbers]),
        },
    }
    (given,) = do_fn.process(extracts)
    found = {}
    for joined in given["input"]:
        feature = tf.train.Example.FromString(joined).features.feature
        donor = feature[keys.DONOR].bytes_list.value[0].decode()
        assert feature[keys.DONOR_TEXT].bytes_list.value[0].decode() == f"text {donor[1:]}"
        assert list(feature[keys.DONOR_IMAGE_VECTOR].float_list.value) == [float(donor[1:]), 1.0]
        assert feature[keys.IMAGE].bytes_list.value[0] == b"picture" * 100
        found[feature[keys.ID].bytes_list.value[0].decode()] = donor
    return found


def test_order_and_batches_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(donors, "MOST_DONORS", 8)
    one, two = tmp_path / "one", tmp_path / "two"
    assert choose(one, list(range(40)), 10) == choose(two, list(range(39, -1, -1)), 10)
    assert len(read_donors(str(one))) == 8
    whole = give(one, list(range(40)), 10)
    assert whole == {**give(two, list(range(20, 40)), 10), **give(two, list(range(20)), 10)}


def test_donor_is_of_another_group_and_no_picture_travels(tmp_path: Path) -> None:
    chosen = choose(tmp_path, list(range(60)), 5)
    given = give(tmp_path, list(range(60)), 5)
    assert len(given) == 60
    assert all(int(donor[1:]) % 5 != int(name[1:]) % 5 for name, donor in given.items())
    assert len(set(given.values())) > 20
    assert all(len(halves) < 200 for _, _, halves in chosen)


def test_split_of_one_group_has_nobody_to_give() -> None:
    assert donated_to([(b"0", b"g", b"halves")], b"m1", b"g") == b""
    assert donated_to([], b"m1", b"g") == b""
