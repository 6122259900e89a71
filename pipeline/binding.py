"""Bind a pipeline's output folder to its metadata store, and refuse any other pairing.

Execution ids name artifact folders. With another store they start at 1 again, and artifacts are overwritten in place
that the first store still serves as cache hits.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from ml_metadata.proto import metadata_store_pb2

from components.durable import write_durably
from components.errors import InputError

BINDING_FILE = "binding.json"
_CONTEXT_TYPE = "fusegate_binding"
_LEDGER = "ledger"


def bind(output: Path, artifacts: Path, store: Any, store_name: str, ledger: Path) -> None:
    """Bind a folder to a store at the first run, and check the bond at every later one.

    Args:
        output: The pipeline's output folder.
        artifacts: The folder in it whose artifacts the store describes.
        store: An `ml_metadata.MetadataStore`.
        store_name: Its name, for messages.
        ledger: The ledger of the splits.

    Raises:
        InputError: If the folder belongs to another store, or holds artifacts of none.
    """
    path = output / BINDING_FILE
    if path.exists():
        bond = json.loads(path.read_text())
        if store.get_context_by_type_and_name(_CONTEXT_TYPE, bond["id"]) is None:
            raise InputError(
                f"an output folder must keep its metadata store. Received: {output} with {store_name}, but it was made "
                f"with {bond['store']}. Give that store back (mlmd), or take a new output folder (output)"
            )
        _check_ledger(output, bond, ledger)
        return
    if artifacts.exists() and any(artifacts.iterdir()):
        raise InputError(
            f"an output folder that holds artifacts must say which metadata store describes them. Received: {output}, "
            f"which has no {BINDING_FILE}. Take a new output folder (output)"
        )
    bond = {"id": uuid.uuid4().hex, "store": store_name}
    _register(store, bond["id"])
    write_durably(path, json.dumps(bond, indent=2))


def keep_ledger(output: Path, ledger: Path) -> None:
    """Bind a folder to the ledger by which its artifacts were split, once there is one."""
    path = output / BINDING_FILE
    bond = json.loads(path.read_text())
    if ledger.exists() and bond.get(_LEDGER) != str(ledger.resolve()):
        write_durably(path, json.dumps(bond | {_LEDGER: str(ledger.resolve())}, indent=2))


def _check_ledger(output: Path, bond: dict[str, str], ledger: Path) -> None:
    """A ledger that vanished would divide anew what the cache still serves as it was divided."""
    if bond.get(_LEDGER) == str(ledger.resolve()) and not ledger.exists():
        raise InputError(
            f"the ledger of the splits must be kept with the artifacts. Received: {ledger}, by which {output} was "
            "split, is gone. Give it back, or divide anew with another data.ledger and another output"
        )


def _register(store: Any, name: str) -> None:
    kind = metadata_store_pb2.ContextType(name=_CONTEXT_TYPE)
    context = metadata_store_pb2.Context(type_id=store.put_context_type(kind), name=name)
    store.put_contexts([context])
