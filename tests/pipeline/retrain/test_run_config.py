"""What a retraining changes in the user's configuration, and nothing else."""

from __future__ import annotations

from pipeline.load_config import load_config
from pipeline.retrain.run_config import write_run_config
from pipeline.retrain.situation import BadSpan, Situation

SITUATION = Situation(window=(5, 7), bad=(BadSpan(6, "it is torn"),))


def test_run_is_pinned_to_what_was_looked_at_and_compared_on_the_newest_span(spans) -> None:
    config = spans.config(
        data={"leave_out": [2], "slices": ["language"]}, retrain={"max_drop": 0.01, "newest_max_drop": 0.05}
    )
    run = load_config(write_run_config(config, SITUATION))
    assert (run.data.span, run.data.leave_out) == (7, (2, 6))
    assert run.data.slices == ("language", "span")
    assert (run.gate.max_drop, run.gate.newest_max_drop) == (0.01, 0.05)
    assert run.train.warm_start
    assert run.data_gate.drift == "warn"
    changed = {"data", "gate", "train", "data_gate"}
    assert run.model_dump(exclude=changed) == config.model_dump(exclude=changed)
    assert run.gate_settings().modes["bad_share"] == "block"


def test_drift_stops_the_run_where_it_is_asked_to(spans) -> None:
    config = spans.config(retrain={"on_drift": "stop", "warm_start": False})
    run = load_config(write_run_config(config, SITUATION))
    assert run.data_gate.drift == "block"
    assert not run.train.warm_start


def test_gate_of_drift_that_is_off_stays_off(spans) -> None:
    run = load_config(write_run_config(spans.config(data_gate={"drift": "off"}), SITUATION))
    assert run.data_gate.drift == "off"
