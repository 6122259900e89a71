"""Executor of Receipt: gathers what the nodes have left, and writes the receipt's folder."""

from __future__ import annotations

import datetime
import json
import logging
from importlib import metadata as packages
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components import keys
from components.code_digest import code_digest
from components.evaluator.adjust import adjust
from components.evaluator.executor import FALLBACK_PROPERTY
from components.evaluator.fallback import best_variant
from components.evaluator.rules import GateRules
from components.evaluator.scores import BASELINE, CANDIDATE, read_scores
from components.kubeflow_entrypoint.artifact_uri import ID_PROPERTY, artifact_uri
from components.live_model import registry
from components.live_model.executor import SET_ASIDE_PROPERTY, VERSION_PROPERTY
from components.model_card.model_card import make_model_card
from components.model_card.write import write_model_card
from components.paired_example_gen import counts
from components.receipt.judge import judge
from components.receipt.lock_digest import lock_digest
from components.receipt.page import receipt_page
from components.receipt.receipt import Facts, build_receipt
from components.receipt.store import PAGE_FILE, SCORES_FILE, seal, write_receipt
from components.receipt.stored_scores import StoredScores
from components.run_identity import run_identity

VERDICT_PROPERTY = "verdict"
BLESSED_PROPERTY = "blessed"
SERVING_REPORT = "serving_check.json"
_LIBRARIES = ("tfx", "tensorflow", "keras", "numpy")
_LOG = logging.getLogger("fusegate.receipt")


class Executor(base_executor.BaseExecutor):
    """Writes `receipt.json`, its page, the scores, the model card and their digests."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Judge the stored scores again, as `verify` will, and write everything down."""
        inputs = {
            name: artifact_utils.get_single_instance(artifacts) for name, artifacts in input_dict.items() if artifacts
        }
        artifact = artifact_utils.get_single_instance(output_dict["receipt"])
        folder = Path(artifact.uri)
        folder.mkdir(parents=True, exist_ok=True)
        settings, card = _settings(exec_properties), json.loads(exec_properties["card"])
        trained = json.loads(_read(f"{path_utils.serving_model_path(inputs['model'].uri)}/{keys.MODEL_CARD}"))
        facts = self._facts(inputs, exec_properties, trained, artifact.uri)
        compared = facts.baseline_version and not facts.baseline_set_aside
        rows = read_scores(inputs["evaluation"].uri)
        scores = StoredScores.from_rows(rows, (CANDIDATE, BASELINE) if compared else (CANDIDATE,))
        receipt = build_receipt(facts, settings, judge(scores, settings, (keys.FUSED, facts.tried or keys.FUSED)))
        scores.save(folder / SCORES_FILE)
        write_receipt(folder, receipt)
        (folder / PAGE_FILE).write_text(receipt_page(receipt), encoding="utf-8", errors="replace")
        title = f"Model card: {facts.run['pipeline']}, run {facts.run['run_id']}"
        write_model_card(folder, title, make_model_card(receipt, trained, card))
        seal(folder)
        artifact.set_string_custom_property(VERDICT_PROPERTY, receipt["verdict"])
        for sentence in (*receipt["reasons"], *receipt["smallest_change"]):
            _LOG.info("%s", sentence)

    def _facts(
        self, inputs: dict[str, types.Artifact], exec_properties: dict[str, Any], trained: dict[str, Any], uri: str
    ) -> Facts:
        blessing, live, model = inputs["model_blessing"], inputs["live"], inputs["model"]
        blessed = _flag(blessing, BLESSED_PROPERTY)
        variant = blessing.get_string_custom_property(keys.VARIANT_PROPERTY) or keys.FUSED
        path = path_utils.serving_model_path(model.uri)
        return Facts(
            run=run_identity(self._context, exec_properties) | {"decided_at": _now()},
            gate_blessed=blessed,
            served=variant if blessed else "",
            tried=_tried(inputs["evaluation"], trained, variant if blessed else ""),
            baseline_version=int(live.get_int_custom_property(VERSION_PROPERTY)),
            baseline_set_aside=live.get_string_custom_property(SET_ASIDE_PROPERTY),
            serving=_serving(inputs.get("infra_blessing")),
            model={"digest": registry.model_digest(path), "uri": artifact_uri(model.uri)},
            data=_data(inputs["examples"], inputs["quarantine"]),
            code={
                # Of where it runs: a pipeline may be compiled in another environment.
                "code": code_digest(),
                "lock": lock_digest(),
                "versions": {name: packages.version(name) for name in _LIBRARIES},
            },
            mlmd={
                "execution": _execution(uri),
                "artifacts": {name: _identity(each) for name, each in sorted(inputs.items())},
            },
        )


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def _settings(exec_properties: dict[str, Any]) -> dict[str, Any]:
    """The gate's settings, with the bounds of this run."""
    settings = json.loads(exec_properties["settings"])
    rules = adjust(GateRules.from_json(json.dumps(settings["rules"])), exec_properties)
    return settings | {"rules": json.loads(rules.to_json())}


def _tried(evaluation: types.Artifact, trained: dict[str, Any], served: str) -> str:
    """The variant that was put to the gate where the fused model lacked its gain alone."""
    if served not in ("", keys.FUSED):
        return served
    if not evaluation.get_string_custom_property(FALLBACK_PROPERTY):
        return ""
    return best_variant(trained) or ""


def _flag(artifact: types.Artifact, name: str) -> bool:
    return bool(int(artifact.get_int_custom_property(name)))


def _serving(blessing: types.Artifact | None) -> dict[str, Any]:
    """What ServingCheck says; the model that the Evaluator refused was not put to it."""
    if blessing is None:
        return {"passed": None, "reason": "", "findings": []}
    path = f"{blessing.uri}/{SERVING_REPORT}"
    told = json.loads(_read(path)) if fileio.exists(path) else {"reason": "", "findings": []}
    checked = bool(told["findings"]) or _flag(blessing, BLESSED_PROPERTY)
    passed = _flag(blessing, BLESSED_PROPERTY) if checked else None
    return {"passed": passed, "reason": told["reason"], "findings": told["findings"]}


def _data(examples: types.Artifact, quarantine: types.Artifact) -> dict[str, Any]:
    return {
        "input_fingerprint": counts.read_fingerprint(examples.mlmd_artifact),
        "spans": [span for span, _ in counts.read_spans(examples.mlmd_artifact)],
        "counts": counts.read_examples(examples.mlmd_artifact),
        "groups": counts.read_audit(examples.mlmd_artifact).get("groups"),
        "quarantine": counts.read_quarantine(quarantine.mlmd_artifact),
    }


def _identity(artifact: types.Artifact) -> dict[str, Any]:
    """MLMD's ids of an artifact and of the execution that made it."""
    return {
        "id": artifact.get_int_custom_property(ID_PROPERTY) or artifact.id,
        "type": artifact.type_name,
        "uri": artifact_uri(artifact.uri),
        "execution": _execution(artifact.uri),
    }


def _execution(uri: str) -> int | None:
    """TFX names an artifact's folder by the execution that makes it; other orchestrators do not."""
    last = uri.rstrip("/").rsplit("/", 1)[-1]
    return int(last) if last.isdecimal() else None


def _read(path: str) -> str:
    with fileio.open(path, "r") as file:
        return file.read()
