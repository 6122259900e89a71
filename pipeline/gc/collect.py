"""Clean up an output folder and its registry."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import ml_metadata as mlmd

from components.live_model.lock import registry_lock
from pipeline import binding, metadata
from pipeline.config import Config
from pipeline.gc.make_plan import ARTIFACTS, make_plan
from pipeline.gc.plan import Plan
from pipeline.gc.remove import remove
from pipeline.output_lock import output_lock


def collect(config: Config, agree: Callable[[Plan], bool] = lambda plan: True) -> Plan:
    """Remove what the section `gc` of a configuration does not keep.

    Args:
        config: The pipeline.
        agree: Is shown what would go, and says whether it goes; no run can begin meanwhile.

    Returns:
        What went, or would have gone.

    Raises:
        InputError: A run goes on, or the output folder belongs to another store.
        FusegateError: A file cannot be removed.

    Example:
        >>> collect(load_config(Path("configs/lite.yaml"))).size  # doctest: +SKIP
    """
    if not config.output.is_dir():
        return Plan()
    with output_lock(config.output), registry_lock(str(config.models)):
        store = mlmd.MetadataStore(metadata.connection_config(config))
        binding.bind(config.output, config.output / ARTIFACTS, store, metadata.store_name(config), config.ledger)
        plan = make_plan(store, config, datetime.datetime.now().astimezone())
        if agree(plan):
            remove(store, config, plan)
        return plan
