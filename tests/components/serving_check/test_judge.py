from __future__ import annotations

import copy
from typing import Any

import pytest

from components.serving_check.judge import judge, refusal
from components.serving_check.settings import ServingSettings

ITEM = {"neighbours": 0.0, "used": 1, "finite": True}
GOOD: dict[str, Any] = {
    "missing_files": [],
    "load_seconds": 2.0,
    "signature_faults": [],
    "training_path": {
        "pairs": 64,
        "examples_difference": 0.0,
        "batch_difference": 2e-7,
        "served_difference": 0.0,
        "difference": 3e-7,
        "id": "p1",
        "output": "fused",
        "trained": 0.5,
        "given": 0.5,
        "differences": {"fused": 3e-7},
    },
    "latency": {size: {"requests": 5, "p50_ms": 10.0, "p99_ms": 20.0} for size in ("1", "64")},
    "warm_up": {"requests": 4},
    "texts": {"emoji": {**ITEM, "probability": 0.5}},
    "pictures": {
        "JPEG": {**ITEM, "readable": True, "exact": True, "as_none": 0.3, "as_packed": 0.0},
        "CMYK JPEG": {**ITEM, "readable": True, "exact": False, "as_none": 0.3, "as_packed": 0.04},
        "WebP": {**ITEM, "used": 0, "readable": False, "exact": False, "as_none": 0.0, "as_packed": 0.2},
        "bomb": {**ITEM, "used": 0, "readable": False, "exact": False, "as_none": 0.0, "packing": "image_too_large"},
    },
    "peak_memory_mib": 900.0,
}


def changed(*path: str, value: Any) -> dict[str, Any]:
    told = copy.deepcopy(GOOD)
    place = told
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return told


def said(told: dict[str, Any], **settings: Any) -> str:
    return refusal(judge(told, ServingSettings(**settings)))


def test_sound_measurements_pass_and_differences_of_lossy_pictures_are_told() -> None:
    findings = judge(GOOD, ServingSettings())
    assert refusal(findings) == ""
    by_name = {finding.name: finding.said for finding in findings}
    assert by_name["picture: CMYK JPEG"] == "seen, 0.04 from what packing makes of it"
    assert by_name["picture: WebP"] == "answered without a picture, flagged; packing reads it (0.2 away)"
    assert by_name["picture: bomb"].endswith("packing refuses it too (image_too_large)")


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("missing_files",), ["variables/variables.index"], "layout: TF Serving needs variables/variables.index"),
        (("error",), "OSError: bad", "loading: a fresh process cannot load the model (OSError: bad)"),
        (("signature_faults",), ["there is no signature serving_examples"], "signatures: there is no signature"),
        (("training_path", "difference"), 0.2, "(pair p1, fused: trained 0.500000, served 0.500000)"),
        (("training_path", "difference"), float("nan"), "training path: served and trained probabilities differ"),
        (("training_path",), {"error": "X"}, "training path: a request with real pairs failed (X)"),
        (("training_path", "pairs"), 0, "so nothing could be compared"),
        (("training_path", "examples_difference"), 0.1, "serving_default and serving_examples differ: by 0.1"),
        (("training_path", "batch_difference"), 0.1, "a batch of 1 and a batch of all pairs differ"),
        (("training_path", "served_difference"), 0.1, "the served probability and the output that was blessed differ"),
        (("texts", "emoji"), {"error": "X"}, "text: emoji: failed the whole batch (X)"),
        (("texts", "emoji", "finite"), False, "text: emoji: gave a probability that is no number"),
        (("pictures", "bomb", "neighbours"), 1e-3, "picture: bomb: changed the answers to its neighbours by 0.001"),
        (("pictures", "bomb", "as_none"), 1e-3, "picture: bomb: was not answered as a pair without a picture"),
        (("pictures", "bomb", "used"), 1, "picture: bomb: was not answered as a pair without a picture"),
        (("pictures", "JPEG", "used"), 0, "picture: JPEG: was not seen"),
        (("pictures", "JPEG", "as_packed"), 1e-3, "picture: JPEG: gives a probability 0.001 away from what packing"),
        (("warm_up",), {"requests": 0}, "warm-up: there is no assets.extra/tf_serving_warmup_requests"),
        (("warm_up",), {"error": "X"}, "warm-up: the model fails on its own warm-up requests (X)"),
        (("latency", "64", "p99_ms"), 1e6, "latency of 64 pairs: p50 10.0 ms, p99 1000000.0 ms over 5 requests"),
        (("peak_memory_mib",), 1e6, "memory: peak 1000000 MiB, at most 4096 MiB is allowed"),
    ],
)
def test_each_fault_refuses_with_its_reason(path: tuple[str, ...], value: Any, reason: str) -> None:
    assert reason in said(changed(*path, value=value))


def test_many_faults_are_counted_and_five_named() -> None:
    told = changed("texts", value={f"text {number}": {"error": "X"} for number in range(9)})
    assert said(told).count("failed the whole batch") == 5 and said(told).endswith("; and 4 more")


def test_limit_that_is_off_only_reports() -> None:
    slow = changed("latency", "1", "p99_ms", value=1e6)
    findings = {finding.name: finding.passed for finding in judge(slow, ServingSettings(max_p99_ms=None))}
    assert findings["latency of 1 pair"] is None
