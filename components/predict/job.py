"""What one scoring is, and the folder in which it keeps what is finished."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from components.durable import write_durably
from components.errors import InputError
from components.pairs.limits import PairLimits
from components.predict.source import Source

_JOB_FILE, _LOCK_FILE = "job.json", ".lock"
_SUFFIX = ".jsonl"


@dataclass(frozen=True)
class PredictJob:
    """What every part of one scoring has in common.

    Args:
        model: The SavedModel's folder.
        served: The output that it serves as `probability`.
        source: What is scored.
        limits: What a usable pair is.
        batch_size: Pairs of one request.
        parts: Folder of the finished parts.
    """

    model: str
    served: str
    source: Source
    limits: PairLimits
    batch_size: int
    parts: Path

    def part_path(self, number: int) -> Path:
        """Return the file of a part."""
        return self.parts / f"{number:06d}{_SUFFIX}"

    def finished(self) -> list[Path]:
        """Return the files of the parts that are finished, in order."""
        return sorted(self.parts.glob(f"[0-9]*{_SUFFIX}"))


@contextmanager
def parts_folder(out: Path, told: dict[str, str], restart: bool) -> Iterator[Path]:
    """Give the folder `OUT.parts`, for one run at a time; parts of another scoring are not taken up.

    Args:
        out: The file that is to be written.
        told: What the scores depend on; a folder that was begun with anything else is refused.
        restart: Whether what is finished is thrown away.

    Raises:
        InputError: The folder cannot be written, is in use, or was begun with another model or input.
    """
    folder = out.with_name(f"{out.name}.parts")
    try:
        folder.mkdir(exist_ok=True)
        held = FileLock(folder / _LOCK_FILE, timeout=0).acquire()
    except Timeout as error:
        raise InputError(
            f"one run at a time writes {out}. Received: {folder}, in use. Wait for the other run"
        ) from error
    except OSError as error:
        raise InputError(f"--out must be in a folder that is writable. Received: {out} ({error.strerror})") from error
    with held:
        if restart:
            _clear(folder)
        _begin(folder, out, told)
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _begin(folder: Path, out: Path, told: dict[str, str]) -> None:
    path = folder / _JOB_FILE
    if not path.exists():
        write_durably(path, json.dumps(told, indent=2))
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    changed = sorted(name for name in told if before.get(name) != told[name])
    if changed:
        raise InputError(
            f"a scoring goes on only with what it was begun with. Received: {folder}, begun with another "
            f"{', another '.join(changed)}. Add --restart to score anew, or take another --out than {out.name}"
        )


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != _LOCK_FILE:
            path.unlink()


def describe(limits: PairLimits) -> str:
    """Return limits as text that is equal for equal limits."""
    return json.dumps(asdict(limits), sort_keys=True)
