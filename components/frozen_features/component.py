"""FrozenFeatures: adds the vectors of the frozen encoders to the examples, and to their schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.code_digest import code_digest
from components.encoders import build
from components.frozen_features.executor import Executor


class FrozenFeaturesSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of FrozenFeatures."""

    PARAMETERS = {
        "image": component_spec.ExecutionParameter(type=str),
        "text": component_spec.ExecutionParameter(type=str),
        "weights": component_spec.ExecutionParameter(type=str),
        "code": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "schema": component_spec.ChannelParameter(type=standard_artifacts.Schema),
    }
    OUTPUTS = {
        "featured_examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "featured_schema": component_spec.ChannelParameter(type=standard_artifacts.Schema),
    }


class FrozenFeatures(base_beam_component.BaseBeamComponent):
    """Emits the examples with `image_vector` (and `text_vector`), the image bytes in the test split alone.

    Args:
        examples: Paired examples.
        schema: Their schema; it is extended by the vectors.
        image: Specification of the image encoder, see `components.encoders.build`.
        text: Specification of the text encoder; its encoder may be `none`, or `given` where the examples bring
            the vectors.
    """

    SPEC_CLASS = FrozenFeaturesSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        schema: types.BaseChannel,
        image: Mapping[str, Any],
        text: Mapping[str, Any],
    ):
        super().__init__(
            FrozenFeaturesSpec(
                examples=examples,
                schema=schema,
                image=json.dumps(image, sort_keys=True),
                text=json.dumps(text, sort_keys=True),
                weights=f"{build.weights_digest(image)} {build.weights_digest(text)}",
                code=code_digest(),
                featured_examples=types.Channel(type=standard_artifacts.Examples),
                featured_schema=types.Channel(type=standard_artifacts.Schema),
            )
        )
