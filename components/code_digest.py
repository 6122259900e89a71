"""Digest of Fusegate's own code and of the stack under it, for TFX's cache keys.

TFX keys its cache by execution properties and inputs, not by code: a dotted `run_fn` whose body changed is still a
cache hit. Every component of ours carries this digest among its execution properties instead.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import metadata
from pathlib import Path

_STACK = ("tfx", "tensorflow", "keras", "tensorflow-transform", "keras-hub")


@functools.cache
def code_digest() -> str:
    """Digest the sources of `components` and the versions of the stack that they run on.

    The whole tree is one digest on purpose: a retrain too many after an edit is cheaper than a stale model.

    Returns:
        16 hexadecimal digits, equal on every machine that has the same code and stack.
    """
    digest = hashlib.sha256()
    top = Path(__file__).parent
    for path in sorted(top.rglob("*.py")):
        digest.update(str(path.relative_to(top)).encode())
        digest.update(path.read_bytes())
    for name in _STACK:
        digest.update(f"{name}=={metadata.version(name)}".encode())
    return digest.hexdigest()[:16]
