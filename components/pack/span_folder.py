"""The folder of a span: written beside its place and moved there whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import InputError


@contextmanager
def new_span(out: Path, span: int, overwrite: bool) -> Iterator[Path]:
    """Gives a folder to write a span into; it becomes `span-N` when the block ends, and is removed if it fails.

    What a killed run left behind is cleared away first.

    Args:
        out: The folder that holds the spans; made where it is missing.
        span: The span's number.
        overwrite: Whether an existing span is replaced.

    Raises:
        InputError: The span exists and must not be replaced, is being written, or `out` cannot be written to.

    Example:
        >>> with new_span(Path("data"), 1, overwrite=False) as folder:
        ...     (folder / "pack.json").write_text("{}")
    """
    final, staging, replaced = out / f"span-{span}", out / f".span-{span}.partial", out / f".span-{span}.replaced"
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = FileLock(out / f".span-{span}.lock", timeout=0).acquire()
    except Timeout as error:
        raise InputError(f"a span is written by one run at a time. Received: {final}, being written. Wait") from error
    except OSError as error:
        raise InputError(f"--out must be a folder that is writable. Received: {out} ({error.strerror})") from error
    with held:
        _clear(final, staging, replaced)
        if final.exists() and not overwrite:
            raise InputError(
                f"a span is written over only on demand. Received: {final}, which exists. "
                "Take another --span, or add --overwrite"
            )
        staging.mkdir()
        try:
            yield staging
            if final.exists():
                final.rename(replaced)
            staging.rename(final)
        finally:
            _clear(final, staging, replaced)


def _clear(final: Path, staging: Path, replaced: Path) -> None:
    if replaced.exists() and not final.exists():
        replaced.rename(final)
    shutil.rmtree(replaced, ignore_errors=True)
    shutil.rmtree(staging, ignore_errors=True)
