"""Make sure that no run goes on in an output folder, and close what killed ones have left RUNNING."""

from __future__ import annotations

from components.errors import InputError
from pipeline import binding, lineage, metadata
from pipeline.config import Config
from pipeline.output_lock import output_lock
from pipeline.retrain.lock import Busy


def settle(config: Config, patience: float = 0.0) -> int:
    """Close the executions of killed runs.

    Args:
        config: The configuration.
        patience: Seconds to wait for a run that is about to end.

    Returns:
        How many there were.

    Raises:
        Busy: A run uses the output folder.
    """
    import ml_metadata as mlmd

    if not (config.output / binding.BINDING_FILE).exists():
        return 0
    try:
        with output_lock(config.output, patience):
            return lineage.close_orphans(mlmd.MetadataStore(metadata.connection_config(config)), config.name)
    except InputError as error:
        raise Busy(str(error)) from error
