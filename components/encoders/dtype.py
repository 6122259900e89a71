"""Settles which numbers an image encoder computes with, once, where the graph is put together."""

from __future__ import annotations

import functools
from pathlib import Path

from components.encoders.registry import BFLOAT16, ENCODERS, FLOAT32

AUTO = "auto"
# Instructions that multiply bfloat16, as Linux names them.
_INSTRUCTIONS = frozenset({"avx512_bf16", "amx_bf16"})
_CPU = Path("/proc/cpuinfo")


def settled_dtype(encoder: str, wanted: str, cpu: frozenset[str] | None = None) -> str:
    """Makes `auto` a dtype; another word stays as it is.

    The word must not reach the workers: one that has another CPU would make vectors that have another fingerprint.

    Args:
        encoder: The encoder's name.
        wanted: `auto`, or a dtype.
        cpu: What the CPU can do; this machine's if None.

    Returns:
        Of `auto`: `bfloat16` where the CPU has instructions for it and the encoder gains by it, otherwise `float32`.

    Example:
        >>> settled_dtype("vgg16", "auto", frozenset({"avx512_bf16"}))
        'bfloat16'
    """
    if wanted != AUTO:
        return wanted
    entry = ENCODERS.get(encoder)
    gains = entry is not None and entry.gains and (cpu_flags() if cpu is None else cpu) & _INSTRUCTIONS
    return BFLOAT16 if gains else FLOAT32


@functools.cache
def cpu_flags() -> frozenset[str]:
    """Returns what this machine's CPU can do, in Linux's words; nothing where there is no such list."""
    lines = _CPU.read_text().splitlines() if _CPU.is_file() else []
    return frozenset(next((line for line in lines if line.startswith("flags")), "").split())
