"""What a Kubeflow Pipelines server keeps, and what it refuses to keep."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import kfp_server_api as api
import yaml
from cronsim import CronSim, CronSimError

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Refused(Exception):
    """An answer other than 200: its status, and what is said."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


@dataclasses.dataclass
class Store:
    """Pipelines, versions, experiments, runs and recurring runs by id.

    Attributes:
        plan: States that a new run shows, one a look; the last one stays.
        tasks: Task details that each look at a run shows.
    """

    pipelines: dict[str, Any] = dataclasses.field(default_factory=dict)
    versions: dict[str, Any] = dataclasses.field(default_factory=dict)
    experiments: dict[str, Any] = dataclasses.field(default_factory=dict)
    runs: dict[str, Any] = dataclasses.field(default_factory=dict)
    schedules: dict[str, Any] = dataclasses.field(default_factory=dict)
    plan: list[str] = dataclasses.field(default_factory=lambda: ["PENDING", "RUNNING", "SUCCEEDED"])
    tasks: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    plans: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    numbers: Any = dataclasses.field(default_factory=itertools.count)

    def upload(self, content: bytes, name: str, description: str, namespace: str | None) -> Any:
        spec = self._spec(content)
        if any(each.display_name == name for each in self.pipelines.values()):
            raise Refused(409, "Failed to create a pipeline and a pipeline version")
        made = api.V2beta1Pipeline(
            pipeline_id=self._id("pipeline"), display_name=name, description=description, namespace=namespace
        )
        self.pipelines[made.pipeline_id] = made
        self._version(made.pipeline_id, spec, name, description)
        return made

    def upload_version(self, content: bytes, name: str, description: str, pipeline_id: str) -> Any:
        spec = self._spec(content)
        if pipeline_id not in self.pipelines:
            raise Refused(400, "Failed to create a pipeline version")
        if any(each.display_name == name and each.pipeline_id == pipeline_id for each in self.versions.values()):
            raise Refused(409, "Failed to create a pipeline version")
        return self._version(pipeline_id, spec, name, description)

    def create_experiment(self, experiment: Any) -> Any:
        experiment.experiment_id = self._id("experiment")
        self.experiments[experiment.experiment_id] = experiment
        return experiment

    def create_run(self, run: Any) -> Any:
        self._check(run)
        run.run_id, run.created_at, run.state = self._id("run"), self._now(), "PENDING"
        self.runs[run.run_id] = run
        self.plans[run.run_id] = list(self.plan)
        return run

    def look_at_run(self, run_id: str) -> Any:
        run, plan = self._find(self.runs, run_id), self.plans[run_id]
        run.state = plan.pop(0) if len(plan) > 1 else plan[0]
        run.run_details = api.V2beta1RunDetails(task_details=self.tasks)
        return run

    def create_schedule(self, made: Any) -> Any:
        self._check(made)
        if not 1 <= int(made.max_concurrency) <= 10:
            raise Refused(400, "Max concurrency of a recurring run must be at least 1 and at most 10")
        cron = made.trigger.cron_schedule.cron
        try:
            # The scheduler's parser: six fields, no Sunday called 7.
            CronSim(cron, START)
            if len(cron.split()) != 6 or "7" in cron.split()[5].split(","):
                raise CronSimError(cron)
        except CronSimError as error:
            raise Refused(400, f"Schedule cron is not a supported format. Error: {error}") from error
        made.recurring_run_id, made.created_at = self._id("schedule"), self._now()
        made.status = "ENABLED" if made.mode == "ENABLE" else "DISABLED"
        self.schedules[made.recurring_run_id] = made
        return made

    def switch(self, schedule_id: str, verb: str) -> None:
        status = {"enable": "ENABLED", "disable": "DISABLED"}[verb]
        self._find(self.schedules, schedule_id).status = status

    def _check(self, run: Any) -> None:
        """As the server does before it keeps a run: its source, its experiment, its parameters."""
        reference = run.pipeline_version_reference
        if not run.display_name or run.pipeline_spec is not None or reference is None:
            raise Refused(400, "a run needs a name and a pipeline version")
        if run.experiment_id not in self.experiments:
            raise Refused(404, f"Experiment {run.experiment_id} not found")
        version = self._find(self.versions, reference.pipeline_version_id)
        declared = version.pipeline_spec["root"]["inputDefinitions"]["parameters"]
        given = run.runtime_config.parameters or {}
        for name, definition in declared.items():
            if name not in given and "defaultValue" not in definition and not definition.get("isOptional"):
                raise Refused(400, f"parameter {name} is not optional, yet has neither default value nor user value")
        for name in given:
            if name not in declared:
                raise Refused(400, f"parameter {name} provided is not required by pipeline")

    def _version(self, pipeline_id: str, spec: dict[str, Any], name: str, description: str) -> Any:
        made = api.V2beta1PipelineVersion(
            pipeline_id=pipeline_id,
            pipeline_version_id=self._id("version"),
            display_name=name,
            description=description,
            created_at=self._now(),
            pipeline_spec=spec,
        )
        self.versions[made.pipeline_version_id] = made
        return made

    def _spec(self, content: bytes) -> dict[str, Any]:
        spec = next(yaml.safe_load_all(content))
        if spec["schemaVersion"] != "2.1.0" or not spec["pipelineInfo"]["name"] or not spec["root"]:
            raise Refused(400, "invalid v2 pipeline spec")
        return spec

    def _find(self, kept: dict[str, Any], key: str) -> Any:
        if key not in kept:
            raise Refused(404, f"{key} not found")
        return kept[key]

    def _id(self, kind: str) -> str:
        return f"{kind}-{next(self.numbers)}"

    def _now(self) -> datetime:
        return START + timedelta(minutes=next(self.numbers))


def listed(kept: dict[str, Any], query: dict[str, str]) -> tuple[list[Any], str]:
    """Return one page of what is kept, filtered and sorted as the query says, and the token of the next one."""
    rows = list(kept.values())
    for key in ("experiment_id", "namespace"):
        if query.get(key):
            rows = [each for each in rows if getattr(each, key) == query[key]]
    if query.get("filter"):
        for predicate in json.loads(query["filter"])["predicates"]:
            if predicate.pop("operation") not in (1, "EQUALS"):
                raise Refused(400, "unknown operation")
            key, value = predicate.pop("key"), predicate.pop("stringValue")
            if predicate or (not hasattr(rows[0] if rows else None, key) and rows):
                raise Refused(400, f"no support for filtering on unrecognized field {key!r}")
            rows = [each for each in rows if getattr(each, key) == value]
    if query.get("sort_by"):
        field, _, direction = query["sort_by"].partition(" ")
        rows.sort(key=lambda each: getattr(each, field), reverse=direction == "desc")
    start, size = int(query.get("page_token") or 0), int(query.get("page_size") or 20)
    return rows[start : start + size], str(start + size) if start + size < len(rows) else ""
