"""Executor of DataGate: gathers what the rules need, applies them, and raises on what a gate blocks."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import apache_beam as beam
import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import types
from tfx.components.example_validator import executor as example_validator
from tfx.dsl.components.base import base_beam_executor
from tfx.dsl.io import fileio
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components import keys
from components.data_gate import drift, look_up, own_rules, rules
from components.data_gate.compare import Comparison, compare
from components.data_gate.data_summary import DataSummary
from components.data_gate.figures import FIGURES, make_figures
from components.data_gate.finding import BLOCK, OFF, WARN, Finding, render, some_ids
from components.data_gate.observation import Observation, observe, read_sample
from components.data_gate.reference import Reference, read_reference, read_statistics
from components.data_gate.settings import ANOMALIES, BAD_SHARE, FEW_EXAMPLES, ONE_CLASS, GateSettings
from components.errors import InputError
from components.live_model.executor import VERSION_PROPERTY
from components.live_model.registry import REFERENCE
from components.pack.summary import QUARANTINE_FILE
from components.paired_example_gen import counts
from components.pairs.reasons import Reason

FINDINGS_PROPERTY = "findings"
_SAMPLE = 2_000
_QUARANTINED_SHOWN = 1_000
_LOG = logging.getLogger("fusegate.data_gate")


class DataGateError(InputError):
    """Data that must not be trained on.

    Args:
        findings: What the gates that block have found.
    """

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        super().__init__(f"DataGate stopped the run before training:\n{render(findings)}")


class Executor(base_beam_executor.BaseBeamExecutor):
    """Raises `DataGateError` unless the examples may be trained on; else writes the reference for later runs."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Apply every rule, so that one run reports all that must be mended."""
        settings = GateSettings.from_json(exec_properties["settings"])
        inputs = {name: artifact_utils.get_single_instance(artifacts) for name, artifacts in input_dict.items()}
        by_split = counts.read_examples(inputs["examples"].mlmd_artifact)
        files = {split: tf.io.gfile.glob(f"{inputs['examples'].uri}/Split-{split}/*") for split in keys.SPLITS}
        in_train = sum(by_split.get(keys.TRAIN, {}).values())
        observations = self._observe(files[keys.TRAIN], min(1.0, _SAMPLE / max(1, in_train)))
        now = Reference(DataSummary.of(observations, in_train), read_statistics(inputs["statistics"].uri))
        schema = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(inputs["schema"].uri))
        comparison = Comparison()
        if settings.mode(drift.GATE) != OFF and (before := _reference(inputs["live"])) is not None:
            read_train = functools.partial(_read, files[keys.TRAIN])
            comparison = compare(observations, now, before, schema, settings.drift_limits, read_train)
            _LOG.info("drift against what is live: %s", comparison)
        found = [
            *comparison.findings,
            *_count_findings(settings, by_split, inputs["quarantine"]),
            *self._anomalies(inputs["anomalies"], schema, files, settings),
        ]
        if settings.mode(own_rules.GATE) != OFF:
            quarantined = counts.read_quarantine(inputs["quarantine"].mlmd_artifact)
            figures = make_figures(by_split, quarantined, now.summary, comparison.distances)
            found += own_rules.own_findings(settings.rules, figures, FIGURES)
        self._judge(found, settings)
        now.write(output_dict["reference"][0].uri)
        output_dict["reference"][0].split_names = artifact_utils.encode_split_names([keys.TRAIN])
        findings = artifact_utils.get_single_instance(output_dict["findings"])
        findings.split_names = inputs["anomalies"].split_names
        findings.set_string_custom_property(FINDINGS_PROPERTY, json.dumps([str(finding) for finding in found]))

    def _judge(self, found: list[Finding], settings: GateSettings) -> None:
        warned = [finding for finding in found if settings.mode(finding.gate) == WARN]
        for finding in warned:
            _LOG.warning("DataGate warns (data_gate.%s): %s", finding.gate, finding)
        blocked = [finding for finding in found if settings.mode(finding.gate) == BLOCK]
        if blocked:
            raise DataGateError(blocked)

    def _observe(self, files: list[str], share: float) -> list[Observation]:
        """Look at a share of the examples: no picture outlives its look."""
        work = f"{self._get_tmp_dir().rstrip('/')}/observed"
        with self._make_beam_pipeline() as pipeline:
            _ = (
                pipeline
                | "Files" >> beam.Create(files)
                | "Spread" >> beam.Reshuffle()
                | "Read" >> beam.FlatMap(read_sample, share)
                | "Observe" >> beam.Map(lambda example: json.dumps(dataclasses.asdict(observe(example))))
                | "Write" >> beam.io.WriteToText(f"{work}/seen")
            )
        seen = []
        for path in sorted(fileio.glob(f"{work}/seen*")):
            with fileio.open(path, "r") as file:
                rows = (json.loads(line) for line in file.read().splitlines())
                seen += [Observation(**row | {"words": tuple(row["words"])}) for row in rows]
        if fileio.exists(work):
            fileio.rmtree(work)
        return sorted(seen, key=lambda observation: observation.id)

    def _anomalies(
        self, artifact: types.Artifact, schema: Any, files: Mapping[str, list[str]], settings: GateSettings
    ) -> list[Finding]:
        """What ExampleValidator found, with records that by themselves do not fit."""
        if settings.mode(ANOMALIES) == OFF:
            return []
        anomalies = _descriptions(artifact)
        ids: dict[str, tuple[str, ...]] = {}
        for split in (split for split, features in anomalies.items() if features):
            examples = _read(files.get(split, []))
            for name, found in look_up.ids_of_anomalies(examples, schema, anomalies[split]).items():
                ids[name] = some_ids((*ids.get(name, ()), *found))
        run_id = (self._context.pipeline_run_id if self._context else None) or "latest"
        return rules.anomaly_findings(anomalies, ids, run_id)


def _read(files: list[str]) -> Iterator[tf.train.Example]:
    return itertools.chain.from_iterable(read_sample(path, 1) for path in files)


def _reference(live: types.Artifact) -> Reference | None:
    """What the live model was trained on; None, and a line that says why, where that is not known."""
    version = live.get_int_custom_property(VERSION_PROPERTY)
    if not version:
        _LOG.info("nothing is live yet: there is no drift to look for")
        return None
    reference = read_reference(f"{live.uri}/{REFERENCE}")
    if reference is None:
        _LOG.warning("version %d, which is live, was pushed without statistics: drift is not looked for", version)
    return reference


def _count_findings(
    settings: GateSettings, by_split: Mapping[str, Mapping[str, int]], quarantine: types.Artifact
) -> Iterator[Finding]:
    usable = sum(sum(labels.values()) for labels in by_split.values())
    if settings.mode(BAD_SHARE) != OFF:
        set_apart = counts.read_quarantine(quarantine.mlmd_artifact)
        ids = _quarantined_ids(quarantine.uri) if set_apart else ()
        yield from rules.bad_share_findings(usable, set_apart, settings.max_bad_share, ids)
    if settings.mode(ONE_CLASS) != OFF:
        yield from rules.one_class_findings(by_split)
    if settings.mode(FEW_EXAMPLES) != OFF:
        yield from rules.class_findings(by_split, settings.min_per_class)


def _quarantined_ids(uri: str) -> tuple[str, ...]:
    """Some ids of the quarantine, one of each reason first; the source stands in where there is no id."""
    with fileio.open(f"{uri}/{QUARANTINE_FILE}", "r") as file:
        rows = [json.loads(line) for line in itertools.islice(file, _QUARANTINED_SHOWN)]
    rows = [row for row in rows if Reason(row["reason"]).is_fault]
    first = {row["reason"]: row for row in reversed(rows)}
    return some_ids(row["id"] or row["source"] for row in (*first.values(), *rows))


def _descriptions(artifact: types.Artifact) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for split in artifact_utils.decode_split_names(artifact.split_names):
        path = f"{artifact_utils.get_split_uri([artifact], split)}/{example_validator.DEFAULT_FILE_NAME}"
        with fileio.open(path, "rb") as file:
            proto = anomalies_pb2.Anomalies.FromString(file.read())
        found[split] = {name: info.description for name, info in proto.anomaly_info.items()}
        if proto.HasField("dataset_anomaly_info"):
            found[split]["(dataset)"] = proto.dataset_anomaly_info.description
    return found
