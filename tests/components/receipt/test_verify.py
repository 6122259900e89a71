"""Whatever is changed in a receipt, its scores, its record or its model is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components import keys
from components.errors import InputError
from components.live_model import registry
from components.receipt.find import find_receipt
from components.receipt.store import seal
from components.receipt.verify import verify_receipt
from tests.components.receipt.drawn import draw_candidate


def differing(folder: Path) -> set[str]:
    found = find_receipt(folder)
    return {check.name for check in verify_receipt(found.folder, found.pushed) if not check.agrees}


@pytest.fixture(scope="module")
def pushed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    candidate = draw_candidate(tmp_path_factory.mktemp("pushed"), live=30)
    candidate.receipt()
    return candidate.push()


@pytest.fixture
def pushed(pushed_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(pushed_once.parent, tmp_path / "models")
    return tmp_path / "models" / pushed_once.name


def receipt_of(pushed: Path) -> Path:
    return Path(registry.receipt_path(str(pushed.parent), int(pushed.name)))


def rewrite(pushed: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a receipt as someone would who makes its digests anew."""
    path = receipt_of(pushed) / "receipt.json"
    receipt = json.loads(path.read_text())
    change(receipt)
    path.write_text(json.dumps(receipt))
    seal(receipt_of(pushed))


def test_pushed_version_agrees(pushed: Path) -> None:
    assert differing(pushed) == set()


def test_variant_agrees_and_its_model_is_the_one_that_was_judged(tmp_path: Path) -> None:
    candidate = draw_candidate(tmp_path, gain=-0.4, variant=keys.LATE)
    candidate.receipt()
    assert differing(candidate.push()) == set()


def test_refused_candidate_is_verified_in_its_own_folder(tmp_path: Path) -> None:
    folder = draw_candidate(tmp_path, gain=0.15, blessed=False).receipt()
    assert differing(folder) == set()


def lower_gain(receipt: dict[str, Any]) -> None:
    receipt["figures"]["candidate"]["overall"]["gain"] += 1e-6


def lower_figure_of_slice(receipt: dict[str, Any]) -> None:
    receipt["figures"]["candidate"]["language=de"]["auc_fused"] = 0.99


def lower_baseline(receipt: dict[str, Any]) -> None:
    receipt["figures"]["baseline"]["overall"]["auc_fused"] -= 0.1


def lower_threshold(receipt: dict[str, Any]) -> None:
    receipt["settings"]["rules"]["min_auc"] = 0.1


def lower_threshold_of_rule(receipt: dict[str, Any]) -> None:
    receipt["rules"][0]["threshold"] = -1


def pass_rule(receipt: dict[str, Any]) -> None:
    receipt["rules"][0]["passed"] = not receipt["rules"][0]["passed"]


def drop_rule(receipt: dict[str, Any]) -> None:
    receipt["rules"].pop()


def turn_verdict(receipt: dict[str, Any]) -> None:
    receipt["verdict"] = "refused"


def serve_another(receipt: dict[str, Any]) -> None:
    receipt["served"] = "late"


def count_more(receipt: dict[str, Any]) -> None:
    receipt["data"]["counts"]["test"]["0"] += 1


def name_another_model(receipt: dict[str, Any]) -> None:
    receipt["model"]["digest"] = "0" * 64


def empty(receipt: dict[str, Any]) -> None:
    receipt["rules"] = [{}] * len(receipt["rules"])


def forget_rules(receipt: dict[str, Any]) -> None:
    receipt["rules"] = []


def spoil(receipt: dict[str, Any]) -> None:
    receipt["figures"]["candidate"] = 7


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lower_gain, "figures of the candidate"),
        (lower_figure_of_slice, "figures of the candidate"),
        (lower_baseline, "figures of the baseline"),
        (lower_threshold, "rules"),
        (lower_threshold_of_rule, "rules"),
        (pass_rule, "rules"),
        (drop_rule, "rules"),
        (turn_verdict, "verdict"),
        (serve_another, "output that is served"),
        (count_more, "pairs of the test split"),
        (name_another_model, "model that was judged"),
        (empty, "rules"),
        (forget_rules, "rules"),
        (spoil, "what is stored"),
    ],
)
def test_change_of_the_receipt_is_found_even_where_its_digests_are_made_anew(
    pushed: Path, change: Callable[[dict[str, Any]], None], check: str
) -> None:
    rewrite(pushed, change)
    found = differing(pushed)
    assert check in found
    assert "receipt in the registry" in found
    assert "files of the receipt" not in found


def test_change_of_the_page_or_of_any_file_is_found(pushed: Path) -> None:
    folder = receipt_of(pushed)
    for name in ("receipt.html", "receipt.json", "model_card.md"):
        path = folder / name
        kept = path.read_text()
        path.write_text(kept + " ")
        assert "files of the receipt" in differing(pushed)
        path.write_text(kept)
    (folder / "more.txt").write_text("")
    assert "files of the receipt" in differing(pushed)


def test_change_of_one_score_is_found(pushed: Path) -> None:
    path = receipt_of(pushed) / "scores.npz"
    arrays = dict(np.load(path))
    scores = arrays["candidate/fused"]
    # One pair that was judged rightly is now judged wrongly.
    scores[int(np.argmax(scores))] = 0.0
    np.savez_compressed(path, **arrays)
    assert "files of the receipt" in differing(pushed)
    seal(path.parent)
    assert "figures of the candidate" in differing(pushed)


def test_change_of_the_model_is_found(pushed: Path) -> None:
    (pushed / "saved_model.pb").write_bytes((pushed / "saved_model.pb").read_bytes() + b"\0")
    assert differing(pushed) == {"files of the model"}
    (pushed / keys.MODEL_CARD).write_text("{}")
    assert {"model", "model that was judged"} <= differing(pushed)
    (pushed / "variables" / "variables.index").unlink()
    assert "model" in differing(pushed)


def test_version_without_a_record_does_not_agree(pushed: Path) -> None:
    Path(registry.record_path(str(pushed.parent), int(pushed.name))).unlink()
    assert differing(pushed) == {"record of the registry"}


def test_pickled_scores_are_never_loaded(pushed: Path) -> None:
    path = receipt_of(pushed) / "scores.npz"
    np.savez_compressed(path, id=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(InputError, match="must be an npz of arrays"):
        differing(pushed)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', "[" * 100_000])
def test_file_that_is_no_receipt_is_refused(pushed: Path, text: str) -> None:
    (receipt_of(pushed) / "receipt.json").write_text(text)
    with pytest.raises(InputError, match=r"a receipt must be .*Received: "):
        differing(pushed)


def test_folder_without_a_receipt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a receipt stands beside a pushed version"):
        find_receipt(tmp_path)
