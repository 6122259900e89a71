"""Executor of Trainer: TFX's, with what is known only where and when the training runs laid over `custom_config`."""

from __future__ import annotations

from typing import Any

from tfx import types
from tfx.components.trainer import executor as tfx_trainer
from tfx.components.trainer.fn_args_utils import FnArgs

from components.code_digest import code_digest

EPOCHS_PROPERTY = "epochs"


class Executor(tfx_trainer.GenericExecutor):
    """Gives `run_fn` the run's budget, and the digest of the code that really trains: an image may have another."""

    def _GetFnArgs(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> FnArgs:
        fn_args = super()._GetFnArgs(input_dict, output_dict, exec_properties)
        config = fn_args.custom_config
        fn_args.custom_config = config | {
            "train": config["train"] | {EPOCHS_PROPERTY: exec_properties[EPOCHS_PROPERTY]},
            "code": code_digest(),
        }
        return fn_args
