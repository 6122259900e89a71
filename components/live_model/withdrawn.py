"""The models that a rollback took back, so that the next run does not push them again."""

from __future__ import annotations

from components.live_model import registry


def withdrawn(destination: str) -> dict[str, registry.Record]:
    """Return what was rolled back from and has not gone live since.

    The same data and settings train the same model again: without this, the first run after a rollback would undo it.

    Args:
        destination: The push destination.

    Returns:
        By the digest of a model, the record of the version that took its place.
    """
    found: dict[str, registry.Record] = {}
    for version in registry.served_versions(destination):
        record = registry.read_record(destination, version)
        if record is None:
            continue
        found.pop(record.model_digest, None)
        if record.replaced_digest:
            found[record.replaced_digest] = record
    return found
