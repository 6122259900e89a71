"""A candidate with drawn scores, put to the real executors of Receipt and Pusher."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tfx.types import artifact, standard_artifacts

from components import keys
from components.evaluator.figures import Measuring
from components.evaluator.rules import GateRules
from components.paired_example_gen import counts
from components.pusher.executor import Executor as Pusher
from components.receipt.executor import Executor as Receipt

PAIRS = 300
SETTINGS: dict[str, Any] = {
    "rules": dataclasses.asdict(GateRules(min_gain=0.0, min_auc=0.6, max_drop=0.02, fallback=True)),
    "measuring": dataclasses.asdict(Measuring(draws=200, seed=7)),
}
CARD = {"owners": "", "intended_use": "Sorting memes.", "out_of_scope": "", "limitations": "", "ethics": ""}
TRAINED = {
    "spec": {
        "seed": 7,
        "image": {"encoder": "vgg16"},
        "image_branch": {"kind": "linear"},
        "text": {"encoder": "none"},
        "text_branch": {"kinds": ["lexical"]},
    },
    "training": {
        "head": "residual",
        "decision": {"aim": "f1", "threshold": 0.5, "precision": 0.8, "recall": 0.7},
        "outputs": {
            name: {"threshold": 0.4, "precision": 0.8, "recall": 0.7, "auc": 0.7 + 0.01 * place}
            for place, name in enumerate(keys.OUTPUTS)
        },
    },
}


@dataclasses.dataclass(frozen=True)
class Candidate:
    """What the nodes before Receipt have left."""

    folder: Path
    inputs: dict[str, list[artifact.Artifact]]

    def receipt(self, settings: dict[str, Any] = SETTINGS) -> Path:
        """Write the receipt with the real executor, and return its folder."""
        made = standard_artifacts.ModelEvaluation()
        made.uri = str(self.folder / "Receipt" / "7")
        properties = {"settings": json.dumps(settings), "card": json.dumps(CARD), "code": "c0de", "lock": "10cc"}
        Receipt().Do(self.inputs, {"receipt": [made]}, properties)
        self.inputs["receipt"] = [made]
        return Path(made.uri)

    def push(self) -> Path:
        """Push with the real executor, and return the version's folder."""
        pushed = standard_artifacts.PushedModel()
        pushed.uri = str(self.folder / "Pusher" / "8")
        names = ("model", "model_blessing", "infra_blessing", "receipt")
        Pusher().Do(
            {name: self.inputs[name] for name in names if name in self.inputs},
            {"pushed_model": [pushed]},
            {"destination": str(self.folder / "models")},
        )
        return Path(pushed.get_string_custom_property("pushed_destination"))


def draw_rows(gain: float, baseline: bool = False, seed: int = 0) -> list[dict[str, Any]]:
    """Draw scores whose fused model sees more than its parts the larger `gain` is."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, PAIRS)
    noise = {name: rng.normal(size=PAIRS) for name in (*keys.OUTPUTS, *keys.PROBES, *keys.SHUFFLED)}
    signal = dict.fromkeys((*keys.OUTPUTS, *keys.PROBES, *keys.SHUFFLED), 1.2) | {keys.FUSED: 1.2 + gain}
    scores = {name: 1 / (1 + np.exp(-(signal[name] * (labels - 0.5) + noise[name]))) for name in noise}
    scores[keys.PROBABILITY] = scores[keys.FUSED]
    models = {"candidate": scores} | ({"baseline": scores} if baseline else {})
    return [
        {
            keys.ID: f"pair-{number}",
            keys.GROUP: f"group-{number // 2}",
            keys.LABEL: int(labels[number]),
            "slices": {"language": "en" if number % 3 else "de"},
            **{model: {name: float(values[number]) for name, values in of.items()} for model, of in models.items()},
        }
        for number in range(PAIRS)
    ]


def draw_candidate(
    folder: Path, gain: float = 1.5, variant: str = keys.FUSED, blessed: bool = True, live: int = 0, set_aside: str = ""
) -> Candidate:
    """Lay out what the nodes before Receipt leave."""
    made = {
        "evaluation": standard_artifacts.ModelEvaluation(),
        "model_blessing": standard_artifacts.ModelBlessing(),
        "infra_blessing": standard_artifacts.InfraBlessing(),
        "model": standard_artifacts.Model(),
        "live": standard_artifacts.Model(),
        "examples": standard_artifacts.Examples(),
        "quarantine": standard_artifacts.Examples(),
    }
    for number, (name, each) in enumerate(made.items(), start=1):
        each.uri = str(folder / name / str(number))
        each.id = 100 + number
        Path(each.uri).mkdir(parents=True)
    rows = draw_rows(gain, baseline=bool(live) and not set_aside)
    scores = "".join(f"{json.dumps(row)}\n" for row in rows)
    (Path(made["evaluation"].uri) / "scores-00000-of-00001.jsonl").write_text(scores)
    made["model_blessing"].set_int_custom_property("blessed", int(blessed))
    made["model_blessing"].set_string_custom_property("variant", variant if blessed else "")
    made["live"].set_int_custom_property("live_version", live)
    made["live"].set_string_custom_property("baseline_set_aside", set_aside)
    _check_serving(made["infra_blessing"], blessed)
    _save_model(Path(made["model"].uri) / "Format-Serving")
    _count(made["examples"], made["quarantine"], rows)
    return Candidate(folder, {name: [each] for name, each in made.items()})


def _check_serving(blessing: artifact.Artifact, blessed: bool) -> None:
    blessing.set_int_custom_property("blessed", int(blessed))
    finding = {"name": "loading", "passed": True, "said": "loaded in a fresh process in 1.0 s"}
    told = {"reason": "" if blessed else "not checked", "findings": [finding] if blessed else []}
    (Path(blessing.uri) / "serving_check.json").write_text(json.dumps(told))


def _save_model(path: Path) -> None:
    module = tf.Module()
    module.weights = tf.Variable([1.0, 2.0])
    module.served = tf.Variable(keys.OUTPUTS.index(keys.FUSED), dtype=tf.int64)
    tf.saved_model.save(module, str(path))
    (path / "assets.extra").mkdir()
    (path / keys.MODEL_CARD).write_text(json.dumps(TRAINED))


def _count(examples: artifact.Artifact, quarantine: artifact.Artifact, rows: list[dict[str, Any]]) -> None:
    test = {str(label): sum(row[keys.LABEL] == label for row in rows) for label in (0, 1)}
    by_split = {keys.TRAIN: {"0": 600, "1": 500}, keys.EVAL: {"0": 150, "1": 120}, keys.TEST: test}
    counts.write_examples(examples, by_split, {"groups": 150, "largest": 2})
    counts.write_quarantine(quarantine, {"text_empty": 3})
    for each in (examples, quarantine):
        counts.write_lineage(each, [(1, 0), (2, 0)], "f1e1d")
