from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tensorflow_model_analysis.proto import config_pb2

from components import keys
from components.evaluator import fusion_gain
from components.evaluator.figures import NAMES, SCORED, Measuring, hash_groups, measure

MEASURING = Measuring(draws=50, seed=1)
PAIRS = 60


@pytest.fixture(scope="module")
def drawn() -> dict[str, NDArray]:
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 2, PAIRS)
    scores = {name: 1 / (1 + np.exp(0.5 - labels - rng.normal(0, 1, PAIRS))) for name in SCORED}
    groups = np.array([f"g{number}".encode() for number in rng.integers(0, 25, PAIRS)])
    return {name: values.astype(np.float32) for name, values in scores.items()} | {
        keys.LABEL: labels,
        keys.GROUP: groups,
    }


def extracts(drawn: dict[str, NDArray], number: int, model: str = "") -> dict[str, Any]:
    outputs = {name: drawn[name][number : number + 1] for name in SCORED}
    features = {name: drawn[name][number : number + 1] for name in (keys.LABEL, keys.GROUP)}
    return {"features": features, "predictions": {model: outputs, "other": outputs} if model else outputs}


def combine(
    drawn: dict[str, NDArray], order: Any, bundle: int, measuring: Measuring = MEASURING, min_size: int = 0
) -> dict[str, float]:
    (computation,) = fusion_gain.FusionGain(measuring, min_size).computations(eval_config=config_pb2.EvalConfig())
    (preprocessor,), combiner = computation.preprocessors, computation.combiner
    accumulators = []
    for start in range(0, len(order), bundle):
        accumulator = combiner.create_accumulator()
        for number in order[start : start + bundle]:
            for row in preprocessor.process(extracts(drawn, number)):
                accumulator = combiner.add_input(accumulator, row)
        accumulators.append(pickle.loads(pickle.dumps(accumulator)))
    figures = combiner.extract_output(combiner.merge_accumulators(reversed(accumulators)))
    assert set(figures) == set(computation.keys)
    return {key.name.removeprefix("fusion_gain/"): value for key, value in figures.items()}


def test_figures_do_not_depend_on_bundles_or_the_order_of_merging(drawn: dict[str, NDArray]) -> None:
    order = np.random.default_rng(2).permutation(PAIRS)
    assert combine(drawn, np.arange(PAIRS), PAIRS) == combine(drawn, order, 7)


def test_figures_are_those_of_the_pure_function(drawn: dict[str, NDArray]) -> None:
    figures = combine(drawn, np.arange(PAIRS), 10)
    wanted = measure({n: drawn[n] for n in SCORED}, drawn[keys.LABEL], hash_groups(drawn[keys.GROUP]), MEASURING)
    assert {name: figures[name] for name in NAMES} == wanted
    assert figures["auc_fused"] == pytest.approx(roc_auc_score(drawn[keys.LABEL], drawn[keys.FUSED]))


def test_large_slice_is_sampled_by_whole_groups_alike_in_any_order(drawn: dict[str, NDArray]) -> None:
    measuring = Measuring(draws=50, seed=1, most_pairs=20)
    one = combine(drawn, np.arange(PAIRS), PAIRS, measuring)
    two = combine(drawn, np.random.default_rng(5).permutation(PAIRS), 9, measuring)
    assert one == two
    assert one["pairs"] == PAIRS
    assert 10 < one["sampled_pairs"] <= 20
    hashes = hash_groups(drawn[keys.GROUP])
    kept = hashes <= sorted(set(hashes.tolist()))[int(one["groups"]) - 1]
    assert kept.sum() == one["sampled_pairs"]
    assert one["auc_fused"] == pytest.approx(roc_auc_score(drawn[keys.LABEL][kept], drawn[keys.FUSED][kept]))


def test_accumulator_stays_small_however_many_pairs_there_are() -> None:
    (computation,) = fusion_gain.FusionGain(Measuring(most_pairs=1000)).computations()
    accumulator = computation.combiner.create_accumulator()
    row = np.zeros(len(SCORED), np.float32)
    for number in range(20_000):
        packed = fusion_gain.SampleCoder.pack(fusion_gain.group_hash(str(number).encode()), number % 2, row)
        accumulator = computation.combiner.add_input(accumulator, packed)
    assert len(pickle.dumps(accumulator)) < 2100 * fusion_gain.SampleCoder.DTYPE.itemsize
    assert accumulator.pairs == 20_000


def test_slice_of_one_class_has_no_aucs_and_is_not_judged(drawn: dict[str, NDArray]) -> None:
    figures = combine(drawn, np.flatnonzero(drawn[keys.LABEL] == 1), 10)
    assert math.isnan(figures["auc_fused"])
    assert math.isnan(figures["gain_lower"])
    assert figures["judged_auc_fused"] == figures["judged_gain_lower"] == 1
    assert 0 < figures["ece_fused"] < 1


@pytest.mark.parametrize(("min_size", "judged"), [(PAIRS, True), (PAIRS + 1, False)])
def test_slice_is_judged_from_the_smallest_size_on(drawn: dict[str, NDArray], min_size: int, judged: bool) -> None:
    figures = combine(drawn, np.arange(PAIRS), PAIRS, min_size=min_size)
    for name in ("auc_fused", "gain_lower", "auc_served", "ece_fused"):
        assert (figures[f"judged_{name}"] == figures[name]) == judged


def test_two_models_have_figures_of_their_own(drawn: dict[str, NDArray]) -> None:
    made = fusion_gain.FusionGain(MEASURING).computations(
        eval_config=config_pb2.EvalConfig(), model_names=["candidate", "baseline"]
    )
    assert [{key.model_name for key in computation.keys} for computation in made] == [{"candidate"}, {"baseline"}]
    given = extracts(drawn, 0, "baseline")
    given["predictions"]["baseline"] = {name: np.array([0.25]) for name in keys.OUTPUTS}
    accumulator = made[1].combiner.create_accumulator()
    for row in made[1].preprocessors[0].process(given):
        accumulator = made[1].combiner.add_input(accumulator, row)
    rows = accumulator.rows()
    assert [rows[name][0] for name in keys.OUTPUTS] == [0.25] * 4
    assert all(math.isnan(rows[name][0]) for name in SCORED if name not in keys.OUTPUTS)


def test_class_name_carries_the_arguments() -> None:
    name = fusion_gain.class_name(Measuring(0.9, 300, 5, 4000), 30)
    (computation,) = getattr(fusion_gain, name)().computations()
    assert computation.combiner._measuring == Measuring(0.9, 300, 5, 4000)
    assert computation.combiner._min_slice_size == 30
