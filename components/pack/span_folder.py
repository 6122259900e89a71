"""The folder of a span, or of a version of one: written beside its place and moved there whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from components.errors import InputError
from components.pack.span_names import VERSION, number_in


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
    with _alone(out, span):
        _clear(final, staging, replaced)
        if final.exists() and not overwrite:
            raise InputError(
                f"a span is written over only on demand. Received: {final}, which exists. "
                "Take another --span, or add --overwrite, or --append to add pairs to it"
            )
        staging.mkdir()
        try:
            yield staging
            if final.exists():
                final.rename(replaced)
            staging.rename(final)
        finally:
            _clear(final, staging, replaced)


@dataclass
class NewVersion:
    """A version of a span that is being written.

    Args:
        number: Its number.
        before: Folder of the version before it, the newest that there is.
        staging: Folder to write it into.
        wanted: Whether it shall appear; set it to False where it turns out to be no other than the one before.
    """

    number: int
    before: Path
    staging: Path
    wanted: bool = True

    @property
    def name(self) -> str:
        """Name of its folder in the span's."""
        return f"v{self.number}"


@contextmanager
def new_version(out: Path, span: int) -> Iterator[NewVersion]:
    """Gives a folder to write a span's next version into; it becomes `span-N/vM` when the block ends.

    Args:
        out: The folder that holds the spans.
        span: The span's number.

    Raises:
        InputError: There is no such span, it is being written, or it cannot be written to.

    Example:
        >>> with new_version(Path("data"), 1) as version:
        ...     (version.staging / "pack.json").write_text("{}")
    """
    folder = out / f"span-{span}"
    if not folder.is_dir():
        raise InputError(
            f"pairs are added to a span that is there. Received: {folder}, which is not. Leave --append out to make it"
        )
    with _alone(out, span):
        numbers = [number for path in folder.iterdir() if (number := number_in(VERSION, path.name)) is not None]
        newest = max(numbers, default=0)
        staging = folder / f".v{newest + 1}.partial"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            version = NewVersion(newest + 1, folder / f"v{newest}" if newest else folder, staging)
            yield version
            if version.wanted:
                staging.rename(folder / version.name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _alone(out: Path, span: int) -> Iterator[None]:
    """Let one run at a time write a span."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = FileLock(out / f".span-{span}.lock", timeout=0).acquire()
    except Timeout as error:
        raise InputError(
            f"a span is written by one run at a time. Received: {out / f'span-{span}'}, being written. Wait"
        ) from error
    except OSError as error:
        raise InputError(f"--out must be a folder that is writable. Received: {out} ({error.strerror})") from error
    with held:
        yield


def _clear(final: Path, staging: Path, replaced: Path) -> None:
    if replaced.exists() and not final.exists():
        replaced.rename(final)
    shutil.rmtree(replaced, ignore_errors=True)
    shutil.rmtree(staging, ignore_errors=True)
