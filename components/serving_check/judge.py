"""From the measurements of a probe to what may be pushed: pure, dicts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.serving_check.settings import ServingSettings

# In batches of one size, what stands beside an item cannot change a bit of its answer but by rounding.
NEIGHBOUR_TOLERANCE = 1e-6
_MOST_NAMED = 5

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What one part of the check found.

    Args:
        name: What was checked.
        passed: Whether the model may be pushed for all of this; None where it is only told.
        said: What was measured, as a sentence without its full stop.
    """

    name: str
    passed: bool | None
    said: str


def judge(told: Told, settings: ServingSettings) -> list[Finding]:
    """Judge what a probe measured.

    Args:
        told: As `components.serving_check.probe` tells it.
        settings: The limits.

    Returns:
        The findings; the model is refused where one has `passed` False.
    """
    findings = list(_loading(told))
    if any(finding.passed is False for finding in findings):
        return findings
    findings += _training_path(told["training_path"], settings)
    if "error" in told["training_path"]:
        return findings
    findings += _texts(told["texts"])
    for name, picture in told["pictures"].items():
        findings += _picture(name, picture, settings)
    findings.append(_warm_up(told["warm_up"]))
    findings.append(_latency("1 pair", told["latency"]["1"], settings.max_p99_ms))
    findings.append(_latency("64 pairs", told["latency"]["64"], settings.max_batch_p99_ms))
    findings.append(_memory(told["peak_memory_mib"], settings.max_memory_mib))
    return findings


def refusal(findings: list[Finding]) -> str:
    """Return why a model is refused, in one line that names at most five faults; empty where it is not."""
    faults = [f"{each.name}: {each.said}" for each in findings if each.passed is False]
    more = [f"and {len(faults) - _MOST_NAMED} more"] if len(faults) > _MOST_NAMED else []
    return "; ".join(faults[:_MOST_NAMED] + more)


def _loading(told: Told) -> Iterator[Finding]:
    if told["missing_files"]:
        yield Finding("layout", False, f"TF Serving needs {', '.join(told['missing_files'])}, which the export lacks")
    if "error" in told:
        yield Finding("loading", False, f"a fresh process cannot load the model ({told['error']})")
        return
    yield Finding("loading", True, f"loaded in a fresh process in {told['load_seconds']:.1f} s")
    faults = told["signature_faults"]
    yield Finding(
        "signatures", not faults, "; ".join(faults) or "names and types of inputs and outputs are as promised"
    )


def _training_path(told: Told, settings: ServingSettings) -> Iterator[Finding]:
    name = "training path"
    if "error" in told:
        yield Finding(name, False, f"a request with real pairs failed ({told['error']})")
        return
    if not told["pairs"]:
        yield Finding(name, False, "no pair was left whose training path is known, so nothing could be compared")
        return
    apart = f"{told['difference']:.2g} over {told['pairs']} pairs, at most {settings.tolerance:g} is allowed"
    passed = _within(told["difference"], settings.tolerance)
    at = f" (pair {told['id']}, {told['output']}: trained {told['trained']:.6f}, served {told['given']:.6f})"
    by_output = ", ".join(f"{output} {value:.2g}" for output, value in told["differences"].items())
    cause = "" if passed else f"{at}; the export does not prepare pictures or texts as training did ({by_output})"
    yield Finding(name, passed, f"served and trained probabilities differ by at most {apart}{cause}")
    for key, what in (
        ("examples_difference", "serving_default and serving_examples differ"),
        ("batch_difference", "a batch of 1 and a batch of all pairs differ"),
        ("served_difference", "the served probability and the output that was blessed differ"),
    ):
        value = told[key]
        yield Finding(what, _within(value, settings.tolerance), f"by {value:.2g}, at most {settings.tolerance:g}")


def _texts(texts: Mapping[str, Told]) -> Iterator[Finding]:
    for name, told in texts.items():
        faults = _item_faults(told)
        yield Finding(
            f"text: {name}", not faults, faults or f"answered, {'used' if told['used'] else 'no token in it'}"
        )


def _picture(name: str, told: Told, settings: ServingSettings) -> Iterator[Finding]:
    faults = _item_faults(told)
    if not faults and told["readable"] and not told["used"]:
        faults = "was not seen"
    if not faults and not told["readable"] and (told["used"] or not _within(told["as_none"], NEIGHBOUR_TOLERANCE)):
        faults = "was not answered as a pair without a picture"
    apart = told.get("as_packed")
    if not faults and told["readable"] and told["exact"] and apart is not None and apart > settings.tolerance:
        faults = f"gives a probability {apart:.2g} away from what packing makes of it"
    if faults:
        said = faults
    elif not told["used"]:
        known = (
            f"packing reads it ({apart:.2g} away)"
            if apart is not None
            else f"packing refuses it too ({told['packing']})"
        )
        said = f"answered without a picture, flagged; {known}"
    else:
        said = f"seen, {apart:.2g} from what packing makes of it" if apart is not None else "seen"
    yield Finding(f"picture: {name}", not faults, said)


def _item_faults(told: Told) -> str:
    if "error" in told:
        return f"failed the whole batch ({told['error']})"
    if not told["finite"]:
        return "gave a probability that is no number"
    if not _within(told["neighbours"], NEIGHBOUR_TOLERANCE):
        return f"changed the answers to its neighbours by {told['neighbours']:.2g}"
    return ""


def _warm_up(told: Told) -> Finding:
    if "error" in told:
        return Finding("warm-up", False, f"the model fails on its own warm-up requests ({told['error']})")
    if not told["requests"]:
        return Finding("warm-up", False, "there is no assets.extra/tf_serving_warmup_requests")
    return Finding("warm-up", True, f"{told['requests']} requests answered")


def _latency(what: str, told: Told, most: float | None) -> Finding:
    name = f"latency of {what}"
    if "error" in told:
        return Finding(name, False, f"requests failed ({told['error']})")
    said = f"p50 {told['p50_ms']:.1f} ms, p99 {told['p99_ms']:.1f} ms over {told['requests']} requests"
    if most is None:
        return Finding(name, None, said)
    return Finding(name, told["p99_ms"] <= most, f"{said}, at most {most:g} ms is allowed")


def _memory(peak: float, most: float | None) -> Finding:
    said = f"peak {peak:.0f} MiB"
    if most is None:
        return Finding("memory", None, said)
    return Finding("memory", peak <= most, f"{said}, at most {most:g} MiB is allowed")


def _within(value: float, most: float) -> bool:
    """Not a number is not within."""
    return value <= most
