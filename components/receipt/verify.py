"""Compute a receipt again from what is stored with it, offline, and say what agrees."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components import keys
from components.live_model.files_digest import files_digest
from components.receipt.blesses import blesses
from components.receipt.judge import judge
from components.receipt.judged import Judged
from components.receipt.pushed import Pushed
from components.receipt.schema import BLESSED, REFUSED
from components.receipt.smallest_change import smallest_change
from components.receipt.store import SCORES_FILE, broken_seals, read_receipt
from components.receipt.stored_scores import StoredScores

# Sums are made in another order on another machine.
_TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What.
        agrees: Whether what is stored is what was computed.
        said: What was found.
    """

    name: str
    agrees: bool
    said: str


def verify_receipt(folder: Path, pushed: Pushed | None = None) -> list[Check]:
    """Verify a receipt.

    Args:
        folder: The folder that holds it.
        pushed: The version that it stands beside, if there is one.

    Returns:
        Every check, whether it agrees or not.

    Raises:
        InputError: The receipt or its scores cannot be read at all.
    """
    receipt = read_receipt(folder)
    broken = broken_seals(folder)
    checks = [Check("files of the receipt", not broken, "; ".join(broken) or "all as SHA256SUMS says")]
    scores = StoredScores.load(folder / SCORES_FILE)
    try:
        judged = judge(scores, receipt["settings"], (keys.FUSED, receipt["gate"]["tried"] or keys.FUSED))
        checks += [
            *_counts(receipt, scores),
            *_figures(receipt, judged),
            *_rules(receipt, judged),
            *_verdict(receipt, judged),
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        checks.append(Check("what is stored", False, f"it cannot be computed again ({type(error).__name__}: {error})"))
    return checks + (list(_model(receipt, folder, pushed)) if pushed is not None else [])


def _counts(receipt: Mapping[str, Any], scores: StoredScores) -> Iterator[Check]:
    told = receipt["data"]["counts"].get(keys.TEST, {})
    stored = {str(label): int((scores.labels == label).sum()) for label in (0, 1)}
    stored = {label: count for label, count in stored.items() if count or label in told}
    yield Check("pairs of the test split", told == stored, f"receipt: {told}, stored scores: {stored}")


def _figures(receipt: Mapping[str, Any], judged: Judged) -> Iterator[Check]:
    for model, computed in (("candidate", judged.candidate), ("baseline", judged.baseline)):
        stored = receipt["figures"][model]
        if stored is None or computed is None:
            agrees = stored is None and computed is None
            yield Check(
                f"figures of the {model}", agrees, "there are none" if agrees else "only one of the two is there"
            )
            continue
        apart = [
            f"{name} on {part}: stored {_at(stored, part, name)}, computed {_at(computed, part, name)}"
            for part in sorted(stored.keys() | computed.keys())
            for name in sorted(stored.get(part, {}).keys() | computed.get(part, {}).keys())
            if not _equal(_at(stored, part, name), _at(computed, part, name))
        ]
        count = sum(len(figures) for figures in computed.values())
        yield Check(f"figures of the {model}", not apart, "; ".join(apart) or f"{count} computed again, all equal")


def _rules(receipt: Mapping[str, Any], judged: Judged) -> Iterator[Check]:
    stored, computed = receipt["rules"], judged.rules
    if len(stored) != len(computed):
        yield Check("rules", False, f"{len(stored)} are stored, the settings make {len(computed)}")
        return
    apart = [
        f"{now['key']} on {now['slice']}, {field}: stored {was.get(field)}, computed {now[field]}"
        for was, now in zip(stored, computed, strict=True)
        for field in now
        if not _equal(was.get(field), now[field])
    ]
    yield Check("rules", not apart, "; ".join(apart) or f"{len(computed)} applied again, all equal")


def _verdict(receipt: Mapping[str, Any], judged: Judged) -> Iterator[Check]:
    serving = receipt["serving"]["passed"]
    gate = receipt["gate"]
    output = gate["served"] or keys.FUSED
    deciding = [rule for rule in judged.rules if rule["output"] == output]
    met = blesses(judged.rules, output, receipt["settings"]["rules"]["fallback"])
    yield Check("gate", gate["blessed"] == met, f"stored {gate['blessed']}, computed {met}")
    wanted = BLESSED if met and serving is not False else REFUSED
    served = gate["served"] if wanted == BLESSED else ""
    stored = f"{receipt['verdict']} {receipt['served']}".rstrip()
    computed = f"{wanted} {served}".rstrip()
    yield Check("verdict", stored == computed, f"stored {stored}, computed {computed}")
    reason = str(receipt["serving"]["reason"]) if met and serving is False else ""
    same = smallest_change(deciding, judged.candidate, reason) == receipt["smallest_change"]
    yield Check("smallest change", same, "computed again, equal" if same else "computed again, it reads otherwise")


def _model(receipt: Mapping[str, Any], folder: Path, pushed: Pushed) -> Iterator[Check]:
    record = pushed.record()
    if record is None:
        yield Check("record of the registry", False, "the registry has none of this version")
        return
    if record.receipt_digest:
        same = files_digest(str(folder)) == record.receipt_digest
        yield Check(
            "receipt in the registry", same, "as it was pushed" if same else "it is not the one that was pushed"
        )
    if record.files_digest:
        same = files_digest(pushed.path) == record.files_digest
        yield Check("files of the model", same, "as they were pushed" if same else "they have changed since the push")
    try:
        digest, trained, served = pushed.digest(), pushed.digest_as_trained(), pushed.served()
    except Exception as error:
        yield Check("model", False, f"it cannot be read ({type(error).__name__})")
        return
    yield Check("model", digest == record.model_digest, f"record {record.model_digest[:16]}, computed {digest[:16]}")
    told = receipt["model"]["digest"]
    yield Check("model that was judged", trained == told, f"receipt {told[:16]}, computed {trained[:16]}")
    same = served == receipt["served"] == record.variant
    said = f"receipt {receipt['served'] or 'nothing'}, record {record.variant}, model {served}"
    yield Check("output that is served", same, said)


def _at(figures: Mapping[str, Any], part: str, name: str) -> Any:
    return figures.get(part, {}).get(name)


def _equal(one: Any, two: Any) -> bool:
    numbers = [value for value in (one, two) if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(numbers) == 2:
        return math.isclose(one, two, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return type(one) is type(two) and json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
