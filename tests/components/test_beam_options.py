"""What is asked of Beam where the configuration names no runner, and where it does."""

from __future__ import annotations

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from tfx.utils.dependency_utils import make_beam_dependency_flags

from components.beam_options import loses_records, with_default_runner


def test_without_a_runner_beam_runs_in_memory_and_tfx_packs_nothing_for_workers() -> None:
    arguments = with_default_runner(["--direct_num_workers=1"])
    assert make_beam_dependency_flags(arguments) == arguments
    with beam.Pipeline(options=PipelineOptions(arguments)) as pipeline:
        total = pipeline | beam.Create([1, 2, 3]) | beam.CombineGlobally(sum)
        _ = total | beam.Map(print)
    assert isinstance(pipeline.runner, FnApiRunner)


@pytest.mark.parametrize("named", [["--runner=FlinkRunner"], ["--runner", "FlinkRunner"]])
def test_options_that_name_a_runner_stay_as_they_are(named: list[str]) -> None:
    assert with_default_runner([*named, "--parallelism=2"]) == [*named, "--parallelism=2"]


def test_the_dask_runner_is_known_to_lose_records() -> None:
    assert loses_records(["--runner=DaskRunner"])
    assert not loses_records(["--runner=FlinkRunner"])
