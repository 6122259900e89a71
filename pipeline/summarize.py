"""From a run that has ended to the summary that its report shows."""

from __future__ import annotations

import json
from importlib import metadata as packages
from typing import Any

import tensorflow as tf
import yaml

from components import keys
from components.data_gate.executor import FINDINGS_PROPERTY
from components.evaluator.fusion_gain import FIGURES
from components.evaluator.rules import OVERALL
from components.evaluator.scores import CANDIDATE, read_scores
from components.pack.summary import QUARANTINE_FILE
from components.paired_example_gen import counts
from components.paired_example_gen.audit import AUDIT_FILE
from components.paired_example_gen.describe_audit import describe_audit
from pipeline.ended_run import Run
from pipeline.feature_counts import read_feature_counts
from pipeline.lineage import NodeRun
from pipeline.receipt_facts import receipt_facts
from pipeline.report.interval import Interval
from pipeline.report.pick_examples import pick_examples
from pipeline.report.run_summary import Example, Gain, Node, RunSummary, Scores, Slice
from pipeline.report.thumbnail import thumbnail
from pipeline.training_summary import read_training
from pipeline.verdict import Verdict, read_verdict

_LIBRARIES = ("fusegate", "tfx", "tensorflow", "keras", "apache-beam")
# The ROC curves of the page are drawn from at most this many pairs.
_MOST_SCORES = 20_000
_UNCHECKED = "How the export answers requests was not checked: serving.check is off."


def summarize(run: Run) -> RunSummary:
    """Summarise a run, failed or not: what it did not get to stays empty."""
    found: dict[str, Any] = {
        "name": run.config.name,
        "run_id": run.run_id,
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": run.seconds,
        "seed": run.config.seed,
        "nodes": [_node(node, node.seconds) for node in run.nodes.values() if node.seconds is not None],
        "features": read_feature_counts(run.nodes.get("FrozenFeatures")),
        "versions": {name: packages.version(name) for name in _LIBRARIES},
        "config": yaml.safe_dump(run.config.model_dump(mode="json"), sort_keys=False),
        "paths": {
            "data": str(run.config.data.root),
            "models": str(run.config.models),
            "output": str(run.config.output),
        },
    }
    found |= _ingest(run)
    if run.failure is not None:
        reason = str(run.failure)
        return RunSummary(**found, verdict="failed", headline=f"Failed: {reason.splitlines()[0]}", error=reason)
    verdict = read_verdict(run.config.gate, run.nodes, run.config.data.slices)
    return RunSummary(**found | _decision(run, verdict) | receipt_facts(run) | _test_split(run))


def _node(node: NodeRun, seconds: float) -> Node:
    return Node(node.name, seconds, node.cached, "complete" if node.ended_well else "failed")


def _ingest(run: Run) -> dict[str, Any]:
    node = run.nodes.get("PairedExampleGen")
    if node is None or not node.ended_well:
        return {}
    examples, quarantine = node.outputs["examples"][0], node.outputs["quarantine"][0]
    return {
        "counts": counts.read_examples(examples),
        "audit": _audit(examples.uri),
        "data_warnings": _data_warnings(run.nodes.get("DataGate")),
        "quarantine": counts.read_quarantine(quarantine),
        "quarantine_path": f"{quarantine.uri}/{QUARANTINE_FILE}",
    }


def _audit(uri: str) -> list[tuple[str, str]]:
    with tf.io.gfile.GFile(f"{uri}/{AUDIT_FILE}") as file:
        return describe_audit(json.load(file))


def _data_warnings(gate: NodeRun | None) -> list[str]:
    """What gates set to `warn` have found; what a gate blocks is the run's error."""
    if gate is None or not gate.ended_well:
        return []
    return json.loads(gate.outputs["findings"][0].custom_properties[FINDINGS_PROPERTY].string_value)


def _decision(run: Run, verdict: Verdict) -> dict[str, Any]:
    intervals = {name: _interval(verdict.figures, name) for name in FIGURES}
    best = max(keys.PARTS, key=lambda part: verdict.figures[f"auc_{part}"])
    training = read_training(run.nodes["Trainer"].outputs["model"][0].uri)
    found: dict[str, Any] = {
        "verdict": verdict.outcome,
        "headline": _headline(verdict, best),
        "reasons": [verdict.reason] if verdict.reason else [],
        "rules": verdict.rules,
        "notes": [
            *verdict.notes,
            *(f"Warm start: {told}." for told in training.warm_start),
            *([] if run.config.serving.check else [_UNCHECKED]),
            *filter(None, [run.advice]),
        ],
        "served": verdict.variant,
        "slices": {name: _slice(figures) for name, figures in verdict.slices.items() if name != OVERALL},
        "baseline": verdict.baseline,
        "aucs": {output: intervals[f"auc_{output}"] for output in keys.OUTPUTS},
        "gain": Gain(intervals["gain"], best, run.config.gate.confidence),
        "fused_minus_late": intervals["fused_minus_late"],
        "training": training,
    }
    if verdict.outcome == "pushed":
        found |= {"pushed_to": verdict.destination, "pushed_version": verdict.version}
    return found


def _interval(figures: dict[str, float], name: str) -> Interval:
    return Interval(figures[name], figures[f"{name}_lower"], figures[f"{name}_upper"])


def _slice(figures: dict[str, float]) -> Slice:
    aucs = {output: figures[f"auc_{output}"] for output in keys.OUTPUTS}
    return Slice(int(figures["pairs"]), aucs, _interval(figures, "gain"))


def _headline(verdict: Verdict, best: str) -> str:
    gain, lower = verdict.figures["gain"], verdict.figures["gain_lower"]
    against = f"the fused model's AUC is {gain:+.3f} against {best} (lower bound {lower:+.3f})"
    if verdict.outcome == "pushed":
        served = "" if verdict.variant == keys.FUSED else f", which serves {verdict.variant} in fused's place"
        return f"Pushed version {verdict.version}{served}: {against}."
    if verdict.outcome == "unchanged":
        return f"Nothing pushed, {verdict.reason}: {against}."
    broken = [rule.name for rule in verdict.rules if rule.passed is False]
    return f"Refused, nothing pushed: {against}. Broken: {'; '.join(broken) or verdict.reason}."


def _test_split(run: Run) -> dict[str, Any]:
    rows = read_scores(run.nodes["Evaluator"].outputs["evaluation"][0].uri)
    labels = [row[keys.LABEL] for row in rows]
    outputs = {output: [row[CANDIDATE][output] for row in rows] for output in keys.OUTPUTS}
    chosen = pick_examples(labels, outputs)
    wanted = {rows[index][keys.ID]: (index, why) for index, why in chosen}
    uri = run.nodes["FrozenFeatures"].outputs["featured_examples"][0].uri
    pairs = _read_pairs(f"{uri}/Split-{keys.TEST}", set(wanted))
    examples = [
        Example(
            id=pair_id,
            image_jpeg=thumbnail(pairs[pair_id][0]),
            text=pairs[pair_id][1],
            label=labels[index],
            probabilities={output: outputs[output][index] for output in keys.OUTPUTS},
            why=why,
        )
        for pair_id, (index, why) in wanted.items()
    ]
    shown = slice(None, None, max(1, len(rows) // _MOST_SCORES))
    scores = Scores(labels[shown], {output: values[shown] for output, values in outputs.items()})
    return {"scores": scores, "examples": examples}


def _read_pairs(folder: str, ids: set[str]) -> dict[str, tuple[bytes, str]]:
    """Find the picture and the text of a few pairs of a split."""
    found: dict[str, tuple[bytes, str]] = {}
    files = sorted(tf.io.gfile.glob(f"{folder}/*"))
    for record in tf.data.TFRecordDataset(files).as_numpy_iterator():
        feature = tf.train.Example.FromString(record).features.feature
        pair_id = feature[keys.ID].bytes_list.value[0].decode()
        if pair_id in ids:
            found[pair_id] = (feature[keys.IMAGE].bytes_list.value[0], feature[keys.TEXT].bytes_list.value[0].decode())
    return found
