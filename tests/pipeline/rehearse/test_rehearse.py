"""Rehearsals of small pipelines: every task is a real process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import ConfigError, InputError
from pipeline.kubeflow.backend_rules import check_rules
from pipeline.output_lock import output_lock
from pipeline.rehearse.process_engine import ProcessEngine
from pipeline.rehearse.rehearse import Rehearsal, rehearse
from pipeline.rehearse.settings import RehearsalSettings
from tests.pipeline.rehearse.small import KIND, Small, constant


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "seen")


def run(small: Small, tmp_path: Path, *parameters: str, **settings: Any) -> Rehearsal:
    compiled = small.compiled()
    check_rules(compiled)
    return rehearse(compiled, RehearsalSettings(tmp_path / "root", parameters, **settings), ProcessEngine())


def states(done: Rehearsal) -> dict[str, str]:
    return {result.name: result.state for result in done.results}


def seen(small: Small, name: str) -> dict[str, Any]:
    return json.loads((small.folder / f"{name}.seen").read_text())


def texts(tmp_path: Path) -> set[str]:
    return {path.read_text() for path in (tmp_path / "root" / "object-store").rglob("text") if path.is_file()}


def test_tasks_run_when_their_inputs_are_ready_and_read_what_came_before(small: Small, tmp_path: Path) -> None:
    small.task("c", "a", "b")
    small.task("b", "a")
    small.task("a")
    done = run(small, tmp_path, jobs=2)
    assert done.succeeded
    assert [result.name for result in done.results] == ["a", "b", "c"]
    assert texts(tmp_path) == {"a", "a+b", "a+a+b+c"}


def test_inputs_come_without_type_and_with_converted_metadata(small: Small, tmp_path: Path) -> None:
    small.task("a")
    small.task("b", "a")
    run(small, tmp_path)
    assert seen(small, "b")["kinds"] == [{"instanceSchema": ""}]
    given = json.loads(next((tmp_path / "root" / "runs").rglob("b/executor_input.json")).read_text())
    (artifact,) = given["inputs"]["artifacts"]["a"]["artifacts"]
    assert artifact["uri"].startswith("minio://mlpipeline/v2/artifacts/small/")
    assert artifact["metadata"]["rows"] == 3.0
    assert artifact["metadata"]["names"] == {"list": ["a"]}
    assert artifact["metadata"]["display_name"] == "text"


def test_failed_task_stops_what_waits_for_it_and_nothing_else(small: Small, tmp_path: Path) -> None:
    small.task("a", failures=99)
    small.task("b", "a")
    small.task("c")
    done = run(small, tmp_path)
    assert not done.succeeded
    assert states(done) == {"a": "failed", "b": "skipped", "c": "done"}
    (error,) = [result.error for result in done.results if result.state == "failed"]
    assert "exit code 3" in error
    assert "told None None" in error


def test_task_that_leaves_out_a_declared_output_fails(small: Small, tmp_path: Path) -> None:
    small.task("a", outputs=("text", "page"), forget="page")
    done = run(small, tmp_path)
    assert states(done) == {"a": "failed"}
    assert "nothing for page" in done.results[0].error


def test_task_is_tried_again_as_often_as_its_policy_says(small: Small, tmp_path: Path) -> None:
    small.task("a", failures=2)
    small.task("b", failures=2)
    small.tasks["a"]["retryPolicy"] = {"maxRetryCount": 2, "backoffDuration": "30s"}
    small.tasks["b"]["retryPolicy"] = {"maxRetryCount": 1}
    done = run(small, tmp_path)
    assert states(done) == {"a": "done", "b": "failed"}
    assert {result.name: result.attempts for result in done.results} == {"a": 3, "b": 2}


def test_cache_answers_for_equal_inputs_and_not_after_a_task_that_is_never_cached(small: Small, tmp_path: Path) -> None:
    small.task("a")
    small.task("b", "a")
    small.task("fresh", cached=False)
    small.task("c", "fresh")
    assert set(states(run(small, tmp_path)).values()) == {"done"}
    again = run(small, tmp_path)
    assert states(again) == {"a": "cached", "b": "cached", "fresh": "done", "c": "done"}
    assert (small.folder / "b").read_text() == "1"


@pytest.mark.parametrize("part", ["parameter", "image", "argument"])
def test_cache_does_not_answer_for_another_parameter_image_or_argument(part: str, small: Small, tmp_path: Path) -> None:
    small.task("a", failures=0)
    run(small, tmp_path)
    container = small.executors["a_executor"]["container"]
    if part == "parameter":
        small.tasks["a"]["inputs"]["parameters"]["failures"] = constant(-1)
    elif part == "image":
        container["image"] = "test:2"
    else:
        container["args"].append("more")
    assert states(run(small, tmp_path)) == {"a": "done"}


def test_failed_rehearsal_goes_on_with_what_the_cache_has(small: Small, tmp_path: Path) -> None:
    small.task("a")
    small.task("b", "a", failures=1)
    assert states(run(small, tmp_path)) == {"a": "done", "b": "failed"}
    assert states(run(small, tmp_path)) == {"a": "cached", "b": "done"}


def test_parameters_come_from_the_command_line_or_their_defaults(small: Small, tmp_path: Path) -> None:
    small.parameters = {
        "tries": {"parameterType": "NUMBER_INTEGER", "defaultValue": 0},
        "rest": {"parameterType": "NUMBER_INTEGER", "defaultValue": 5},
    }
    small.task("a", failures={"componentInputParameter": "tries"}, rest={"componentInputParameter": "rest"})
    run(small, tmp_path, "tries=-2")
    assert seen(small, "a")["values"]["failures"] == -2
    assert seen(small, "a")["values"]["rest"] == 5


def test_bad_parameters_are_refused_together_before_anything_runs(small: Small, tmp_path: Path) -> None:
    small.parameters = {"tries": {"parameterType": "NUMBER_INTEGER", "defaultValue": 0}}
    small.task("a")
    with pytest.raises(ConfigError) as refused:
        run(small, tmp_path, "tries=many", "tires=1")
    assert len(refused.value.faults) == 2
    assert not list(small.folder.iterdir())


def test_placeholders_of_the_run_are_replaced(small: Small, tmp_path: Path) -> None:
    small.task("a", run="{{$.pipeline_job_uuid}}", task="{{$.pipeline_task_name}}")
    done = run(small, tmp_path)
    assert seen(small, "a")["values"]["run"] == done.run_id
    assert seen(small, "a")["values"]["task"] == "a"


def test_output_parameter_reaches_the_next_task(small: Small, tmp_path: Path) -> None:
    small.task("a")
    small.components["a"]["outputDefinitions"]["parameters"] = {"count": {"parameterType": "NUMBER_INTEGER"}}
    source = {"producerTask": "a", "outputParameterKey": "count"}
    small.task("b", "a", count={"taskOutputParameter": source})
    assert run(small, tmp_path).succeeded
    assert seen(small, "b")["values"]["count"] == 7


def test_importer_makes_an_artifact_known(small: Small, tmp_path: Path) -> None:
    stored = tmp_path / "root" / "object-store" / "s3" / "bucket" / "old"
    stored.mkdir(parents=True)
    (stored / "text").write_text("imported")
    small.task("a")
    small.components["a"] = {"executorLabel": "a_executor", "outputDefinitions": {"artifacts": {"text": KIND}}}
    small.tasks["a"]["inputs"] = {}
    small.executors["a_executor"] = {
        "importer": {"artifactUri": {"constant": "s3://bucket/old"}, "typeSchema": KIND["artifactType"]}
    }
    small.task("b", "a")
    assert run(small, tmp_path).succeeded
    assert "imported+b" in texts(tmp_path)


def test_volume_environment_and_secret_are_there_and_the_secret_is_in_no_record(small: Small, tmp_path: Path) -> None:
    small.task("a")
    small.tasks["a"]["inputs"]["parameters"]["folder"] = constant("/mnt/claim/inside")
    small.executors["a_executor"]["container"]["env"] = [{"name": "GREETING", "value": "hello"}]
    small.platforms["a_executor"] = {
        "pvcMount": [{"constant": "claim", "mountPath": "/mnt/claim"}],
        "secretAsEnv": [{"secretName": "store", "keyToEnv": [{"secretKey": "key", "envVar": "TOKEN"}]}],
    }
    with pytest.raises(InputError, match="none for key key of store"):
        run(small, tmp_path)
    secret = tmp_path / "root" / "secrets" / "store" / "key"
    secret.parent.mkdir(parents=True)
    secret.write_text("s3cr3t\n")
    inside = tmp_path / "elsewhere" / "inside"
    inside.mkdir(parents=True)
    done = run(small, tmp_path, volumes={"claim": tmp_path / "elsewhere"})
    assert done.succeeded
    assert (inside / "a").read_text() == "1"
    assert "told hello s3cr3t" in next(done.folder.rglob("attempt-1.log")).read_text()
    for record in [*done.folder.rglob("*.json"), *(tmp_path / "root" / "metadata").rglob("*.json")]:
        assert "s3cr3t" not in record.read_text()


def test_pipeline_that_waits_for_itself_is_refused(small: Small, tmp_path: Path) -> None:
    small.task("a", "b")
    small.task("b", "a")
    with pytest.raises(InputError, match="a waits for itself; b waits for itself"):
        run(small, tmp_path)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"triggerPolicy": {"condition": "true"}}, "a runs under a condition"),
        ({"triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}}, "a is an exit handler"),
        ({"parameterIterator": {"itemInput": "x"}}, "a is a loop"),
    ],
)
def test_part_that_cannot_be_rehearsed_is_refused(
    part: dict[str, Any], said: str, small: Small, tmp_path: Path
) -> None:
    small.task("a")
    small.tasks["a"] |= part
    with pytest.raises(InputError, match=said):
        run(small, tmp_path)


def test_one_rehearsal_at_a_time_uses_a_folder(small: Small, tmp_path: Path) -> None:
    small.task("a")
    with output_lock(tmp_path / "root"), pytest.raises(InputError, match="one run at a time"):
        run(small, tmp_path)


def test_summary_is_kept_and_scratch_is_not(small: Small, tmp_path: Path) -> None:
    small.task("a")
    done = run(small, tmp_path)
    told = json.loads((done.folder / "summary.json").read_text())
    assert told["tasks"][0]["state"] == "done"
    assert not list(done.folder.rglob("scratch-*"))
