"""PairedExampleGen: reads spans of image+text pairs into train, eval and test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.orchestration.data_types import RuntimeParameter
from tfx.types import component_spec, standard_artifacts

from components.code_digest import code_digest
from components.paired_example_gen.executor import Executor
from components.paired_example_gen.group_by import BOTH


class PairedExampleGenSpec(component_spec.ComponentSpec):
    """Parameters and outputs of PairedExampleGen."""

    PARAMETERS = {
        "root": component_spec.ExecutionParameter(type=str),
        "span": component_spec.ExecutionParameter(type=str),
        "window": component_spec.ExecutionParameter(type=int),
        "leave_out": component_spec.ExecutionParameter(type=str),
        "input_fingerprint": component_spec.ExecutionParameter(type=str),
        "splits": component_spec.ExecutionParameter(type=str),
        "seed": component_spec.ExecutionParameter(type=int),
        "limits": component_spec.ExecutionParameter(type=str),
        "features": component_spec.ExecutionParameter(type=str),
        "slices": component_spec.ExecutionParameter(type=str),
        "group_by": component_spec.ExecutionParameter(type=str),
        "ledger": component_spec.ExecutionParameter(type=str),
        "code": component_spec.ExecutionParameter(type=str),
    }
    INPUTS: dict[str, component_spec.ChannelParameter] = {}
    OUTPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }


class PairedExampleGen(base_beam_component.BaseBeamComponent):
    """Checks every pair, sets apart what cannot be used, and splits without letting a picture or a text leak.

    Args:
        root: Folder that holds `span-N` folders.
        span: A span's number, or `latest`, which the executor resolves (Kubeflow runs no driver of an ExampleGen).
        input_fingerprint: Digest of the spans' files, so that a changed file is a new execution; empty where it is not
            known before the run, which must then not be served from the cache.
        splits: Shares by split.
        seed: Seed of the splits.
        limits: What a usable pair is, see `components.pairs.limits.PairLimits`.
        window: How many spans are read, up to `span`; of each its newest version.
        leave_out: Numbers of spans that are not read.
        features: Names of the features in the records, by what they hold, see `components.paired_example_gen.names`.
        slices: Columns of the records that become features of the examples, to slice the evaluation by; `span` is
            made here, of the span that a record lies in.
        group_by: Which half makes a group when pairs share it: `picture`, `text` or `both`.
        ledger: File that keeps each group's split as data grows; empty for none, as where data never grows.
    """

    SPEC_CLASS = PairedExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        root: str | RuntimeParameter,
        span: str | RuntimeParameter,
        input_fingerprint: str,
        splits: Mapping[str, float],
        seed: int,
        limits: Mapping[str, Any],
        window: int | RuntimeParameter = 1,
        features: Mapping[str, str] | None = None,
        slices: Sequence[str] = (),
        group_by: str = BOTH,
        ledger: str = "",
        leave_out: Sequence[int] = (),
    ):
        super().__init__(
            PairedExampleGenSpec(
                root=root,
                span=span,
                input_fingerprint=input_fingerprint,
                splits=json.dumps(splits),
                seed=seed,
                limits=json.dumps(limits, sort_keys=True),
                window=window,
                leave_out=json.dumps(sorted(leave_out)),
                features=json.dumps(features or {}, sort_keys=True),
                slices=json.dumps(list(slices)),
                group_by=group_by,
                ledger=ledger,
                code=code_digest(),
                examples=types.Channel(type=standard_artifacts.Examples),
                quarantine=types.Channel(type=standard_artifacts.Examples),
            )
        )
