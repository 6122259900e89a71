"""Gather what a decision to retrain goes by: from ML Metadata, the data root and the registry."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path

import ml_metadata as mlmd

from components import keys
from components.data_gate.reference import read_reference
from components.errors import InputError
from components.live_model import registry
from components.pack.summary import PACK_FILE
from components.paired_example_gen import spans
from components.paired_example_gen.names import Names
from components.paired_example_gen.spans import Span
from components.pairs.limits import PairLimits
from pipeline import metadata
from pipeline.config import Config
from pipeline.retrain.last_training import last_training
from pipeline.retrain.probe import Probe, probe_span
from pipeline.retrain.situation import BadSpan, NewSpan, Situation, SpanDrift, Trained
from pipeline.retrain.span_drift import span_drift
from pipeline.schema_text import schema_text

_DAY_S = 86_400.0


def gather(config: Config, now: float) -> Situation:
    """Look at what there is.

    Args:
        config: The configuration.
        now: Seconds since the epoch.

    Raises:
        InputError: There is no data root, or no such span in it.
    """
    trained = last_training(mlmd.MetadataStore(metadata.connection_config(config)), config.name)
    seen = _look(config, dict(trained.spans) if trained else {})
    if trained is not None and not seen.probes and _changed(seen.window, trained):
        # A span that was written anew under the number and version that were read: nothing of it is known.
        seen = _look(config, {})
    newest = seen.window[-1].number if seen.window else -1
    live = registry.live_version(str(config.models))
    return Situation(
        window=tuple(span.number for span in seen.window),
        new=tuple(
            NewSpan(span.number, span.version, _new_pairs(span, seen.probes[span.number], trained))
            for span in seen.window
            if span.number in seen.probes
        ),
        bad=tuple(seen.bad),
        empty=tuple(seen.empty),
        trained=trained,
        live=live,
        age_days=_age_days(config, live, trained, now),
        drift=_drift(config, newest, seen.probes[newest], live) if newest in seen.probes and live else None,
    )


@dataclasses.dataclass
class _Seen:
    """A walk back through the spans, until the window is full.

    Attributes:
        window: Spans that can be used, the newest last.
        probes: What was found in those of them that are new, by number.
        bad: New spans that cannot be used, the newest first.
        empty: Numbers of spans without records.
    """

    window: list[Span] = dataclasses.field(default_factory=list)
    probes: dict[int, Probe] = dataclasses.field(default_factory=dict)
    bad: list[BadSpan] = dataclasses.field(default_factory=list)
    empty: list[int] = dataclasses.field(default_factory=list)


def _look(config: Config, known: dict[int, int]) -> _Seen:
    """Walk back through the spans; those that are not known, by number and version, are probed."""
    data, root = config.data, str(config.data.root)
    names = Names(**data.features.model_dump(), slices=_own_slices(config))
    limits = PairLimits(**config.pair_limits())
    seen = _Seen()
    for number in reversed(spans.span_numbers(root, str(data.span), data.leave_out)):
        try:
            span = spans.find_span(root, number)
        except InputError as error:
            seen.bad.append(BadSpan(number, str(error)))
            continue
        if span is None:
            seen.empty.append(number)
            continue
        if known.get(number) != span.version:
            probe = probe_span(span, names, limits, config.retrain.max_bad_share)
            if probe.fault:
                seen.bad.append(BadSpan(number, probe.fault))
                continue
            seen.probes[number] = probe
        seen.window.insert(0, span)
        if len(seen.window) == data.window:
            break
    return seen


def _own_slices(config: Config) -> tuple[str, ...]:
    return tuple(name for name in config.data.slices if name != keys.SPAN)


def _changed(window: list[Span], trained: Trained) -> bool:
    """Whether the very spans that were read have other files now."""
    same = [(span.number, span.version) for span in window] == list(trained.spans)
    return same and spans.fingerprint(window) != trained.fingerprint


def _new_pairs(span: Span, probe: Probe, trained: Trained | None) -> int:
    """Count what is new in a span; of one that pairs were added to, what came since the version that was read."""
    known = dict(trained.spans).get(span.number) if trained else None
    if known is None or known >= span.version:
        return probe.pairs
    folder = Path(span.path).parent
    added = [folder / f"v{version}" / PACK_FILE for version in range(known + 1, span.version + 1)]
    told = [json.loads(path.read_text(encoding="utf-8")).get("appended") if path.exists() else None for path in added]
    if not all(told):
        return probe.pairs
    return sum(each["added"] + each["replaced"] for each in told if each)


def _age_days(config: Config, live: int | None, trained: Trained | None, now: float) -> float | None:
    """Days since the live model was pushed, or since the last run judged another one: it need not be asked daily."""
    if live is None:
        return None
    record = registry.read_record(str(config.models), live)
    pushed = datetime.datetime.fromisoformat(record.pushed_at).timestamp() if record else 0.0
    return max(0.0, now - max(pushed, trained.at if trained else 0.0)) / _DAY_S


def _drift(config: Config, number: int, probe: Probe, live: int) -> SpanDrift | None:
    before = read_reference(registry.reference_path(str(config.models), live))
    if before is None:
        return None
    limits = config.retrain.drift_limits.model_dump()
    return span_drift(number, probe, before, schema_text(config), _own_slices(config), limits)
