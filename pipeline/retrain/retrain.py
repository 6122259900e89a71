"""Retrain if there is reason to: gather, decide, run, tell."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
from collections.abc import Callable
from typing import Any

from components.errors import EXIT_BAD_INPUT, EXIT_FAILED, FusegateError
from components.live_model import registry
from components.quiet import import_tensorflow, quiet_logs
from pipeline.config import Config
from pipeline.end_with_stdin import GRACE_S
from pipeline.find_run import RUNS
from pipeline.retrain.alert import send_alert
from pipeline.retrain.child import run_child
from pipeline.retrain.decide import decide
from pipeline.retrain.decision import Decision, keep_decision
from pipeline.retrain.lock import Busy, retrain_lock
from pipeline.retrain.outcome import EXIT_INTERRUPTED, read_outcome, runs_in
from pipeline.retrain.run_config import write_run_config
from pipeline.retrain.settle import settle
from pipeline.retrain.situation import Situation
from pipeline.retrain.state import State, read_state, write_state
from pipeline.retrain.stoppable import Stopped, pass_over_signals, stoppable

_ALERTS = ("refused", "failed", "over_budget")
_PATIENCE_S = 2 * GRACE_S
_REPORT = "report.html"


def retrain(config: Config, forced: bool, say: Callable[[str], None], quiet: bool = False) -> Decision:
    """Decide, and retrain where there is reason to.

    Args:
        config: The configuration.
        forced: Whether a run is asked for whatever is new.
        say: Called with a line where something begins that takes a while, or an earlier call was killed.
        quiet: Whether the run's own output goes to standard error.

    Returns:
        The decision, which is kept, and of which an alert was sent where it is due.

    Raises:
        Busy: Another retraining, or a run, works on the same output.
    """
    with stoppable(), retrain_lock(config.output) as holder:
        call = _Call(config, State(holder, "deciding"), forced, say, quiet)
        try:
            decision = call.make()
        except Stopped as stopped:
            decision = call.interrupted(str(stopped))
        except Busy:
            raise
        except FusegateError as error:
            decision = call.ended(outcome="failed", exit_code=error.exit_code, said=str(error))
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            call.close(call.ended(outcome="failed", exit_code=EXIT_FAILED, said=said))
            raise
        return call.close(decision)


class _Call:
    """One call; its decision grows as more is known."""

    def __init__(self, config: Config, state: State, forced: bool, say: Callable[[str], None], quiet: bool):
        self._config = config
        self._state = state
        self._forced = forced
        self._say = say
        self._quiet = quiet
        self._started = time.monotonic()
        self._decision = Decision(state.holder.since, config.name)

    def make(self) -> Decision:
        """Gather, decide, and run where there is reason to."""
        self._take_over()
        situation = self._gather()
        choice = decide(situation, self._config.retrain, self._forced)
        self._decision = dataclasses.replace(
            self._decision, decision=choice.action, reason=choice.reason, said=choice.said, **_told(situation)
        )
        if choice.action == "bad_span":
            return self.ended(exit_code=EXIT_BAD_INPUT)
        return self._run(situation) if choice.action == "retrain" else self.ended()

    def ended(self, **fields: Any) -> Decision:
        """Return the decision with what became of it."""
        live = registry.live_version(str(self._config.models))
        seconds = round(time.monotonic() - self._started, 1)
        fields["said"] = " ".join(str(fields.get("said") or self._decision.said).split())
        return dataclasses.replace(self._decision, live=live, seconds=seconds, **fields)

    def interrupted(self, by: str) -> Decision:
        """Return the decision of a call that was asked to end."""
        self._settle()
        before = f"{self._decision.said}. " if self._decision.said else ""
        said = f"{before}Interrupted by {by}; what was finished is kept"
        return self.ended(outcome="interrupted", exit_code=EXIT_INTERRUPTED, said=said)

    def close(self, decision: Decision) -> Decision:
        """Send the alert where one is due, and keep the decision."""
        pass_over_signals()
        if decision.outcome in _ALERTS or decision.decision == "bad_span":
            alert = send_alert(self._config.retrain.alert, decision.to_line())
            decision = dataclasses.replace(decision, alert=alert)
        keep_decision(self._config.output, decision)
        write_state(self._config.output, dataclasses.replace(self._state, phase="ended"))
        return decision

    def _settle(self) -> None:
        """Close what the run has left RUNNING; where another one is at work already, that one has."""
        with contextlib.suppress(Busy):
            settle(self._config, _PATIENCE_S)

    def _take_over(self) -> None:
        """Find out what a killed call has left, and close it; its decision is kept as well."""
        before = read_state(self._config.output)
        killed = before is not None and before.phase != "ended"
        closed = settle(self._config, _PATIENCE_S if killed else 0.0)
        if before is not None and killed:
            resumed = dataclasses.asdict(before.holder) | {"phase": before.phase}
            said = f"A call was killed while it was {before.phase} ({before.holder}); {closed} executions were closed"
            self._say(f"{said}. Going on")
            known = {field.name for field in dataclasses.fields(Decision)}
            fields = {name: value for name, value in before.decision.items() if name in known}
            told = {"at": before.holder.since, "pipeline": self._config.name} | fields
            killed_call = Decision(**told | {"outcome": "interrupted", "exit_code": EXIT_INTERRUPTED, "said": said})
            keep_decision(self._config.output, killed_call)
            self._decision = dataclasses.replace(self._decision, resumed=resumed)
        write_state(self._config.output, self._state)

    def _gather(self) -> Situation:
        quiet_logs()
        import_tensorflow()
        from pipeline.retrain.facts import gather

        return gather(self._config, time.time())

    def _run(self, situation: Situation) -> Decision:
        """Run the pipeline in a process of its own."""
        config = self._config
        self._say(self._decision.said)
        decided = dataclasses.asdict(self._decision)
        self._state = dataclasses.replace(self._state, phase="running", decision=decided)
        write_state(config.output, self._state)
        path = write_run_config(config, situation)
        command = [sys.executable, "-m", "pipeline.cli", "run", "--config", str(path), "--end-with-stdin"]
        before, budget = runs_in(config.output), config.retrain.budget_minutes
        code = run_child(command, None if budget is None else 60 * budget, sys.stderr if self._quiet else None)
        self._settle()
        ended = read_outcome(config.output, before, code, situation.window[-1], budget)
        return self.ended(
            **dataclasses.asdict(ended) | {"said": f"{self._decision.said}. {ended.said}"},
            report=str(config.output / RUNS / ended.run_id / _REPORT) if ended.run_id else "",
        )


def _told(situation: Situation) -> dict[str, Any]:
    """What a decision tells of its situation, in plain values."""
    drift, trained = situation.drift, situation.trained
    return {
        "new_pairs": situation.new_pairs,
        "new": tuple(dataclasses.asdict(each) for each in situation.new),
        "window": situation.window,
        "left_out": tuple(dataclasses.asdict(each) for each in situation.bad),
        "empty": situation.empty,
        "drift": None if drift is None else dataclasses.asdict(drift) | {"over": drift.over},
        "trained_last": None if trained is None else {"run_id": trained.run_id, "spans": list(trained.spans)},
        "live_before": situation.live,
    }
