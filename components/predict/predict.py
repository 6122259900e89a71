"""Score a manifest, a folder tree or a packed span with a pushed model; a killed run goes on where it was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.errors import InputError
from components.pack.progress import PROGRESS, show_progress
from components.predict.job import PredictJob, describe, parts_folder
from components.predict.source import PART_ROWS, Source, count_rows, find_source, source_digest
from components.predict.table import check_suffix, write_table
from components.quiet import import_tensorflow, quiet_logs

if TYPE_CHECKING:
    from components.predict.find_model import PushedModel

BATCH_SIZE = 32


@dataclass(frozen=True)
class Predicted:
    """What a scoring came to.

    Args:
        out: The file that was written.
        model: The SavedModel that scored.
        served: The output that it serves as `probability`.
        rows: Rows of the file.
        kept: Rows that an earlier run had finished.
        drove: Scored rows by what drove the decision, most frequent first.
        errors: Rows that could not be scored, by reason, most frequent first.
    """

    out: Path
    model: str
    served: str
    rows: int
    kept: int
    drove: dict[str, int]
    errors: dict[str, int]

    @property
    def scored(self) -> int:
        """How many rows have scores."""
        return self.rows - sum(self.errors.values())


def predict(
    model: str,
    source: Path,
    out: Path,
    *,
    images: Path | None = None,
    batch_size: int = BATCH_SIZE,
    overwrite: bool = False,
    restart: bool = False,
    beam_args: Sequence[str] = (),
    progress: bool = False,
) -> Predicted:
    """Score every row of a source; the file appears whole, by one rename.

    Finished parts are kept in `OUT.parts` until then: the same call goes on after a kill, and is refused where model or
    input have changed. The same model and input give the same file.

    Args:
        model: A push destination, of which the live version is taken, or the folder of a version.
        source: A manifest as packing reads it (labels are not needed), a folder tree of images, or a packed span.
        out: The file: JSON lines, CSV or Parquet by its suffix.
        images: Folder that the image paths of a manifest start from; the manifest's by default.
        batch_size: Pairs of one request.
        overwrite: Whether an existing file is replaced.
        restart: Whether what an earlier run has finished is thrown away.
        beam_args: Pipeline options of Beam; without a `--runner`, the in-memory one is taken.
        progress: Whether to show progress on stderr.

    Raises:
        InputError: A path or option is unusable, or a kept part belongs to another scoring.
        FusegateError: A file could not be read or written.

    Example:
        >>> predict("models", Path("memes/manifest.jsonl"), Path("scores.jsonl")).scored
        8500
    """
    out = _checked(out, overwrite)
    found = find_source(source, images)
    quiet_logs()
    # What is wrong with a path, or a manifest, is said before the libraries are imported, which takes seconds; records
    # cannot be counted without them.
    if found.records:
        import_tensorflow()
    rows = _counted(found)
    import_tensorflow()
    from components.predict.find_model import find_model
    from components.predict.run_parts import run_parts

    pushed = find_model(model)
    told = _told(pushed, found, batch_size)
    PROGRESS.start()
    shown = show_progress(rows, "scoring") if progress else nullcontext()
    with parts_folder(out, told, restart) as parts:
        job = PredictJob(pushed.path, pushed.served, found, pushed.limits, batch_size, parts)
        kept = sum(_lines(path) for path in job.finished())
        with shown:
            run_parts(job, beam_args)
        summary = _finish(job, out, rows, kept)
    return summary


def _checked(out: Path, overwrite: bool) -> Path:
    """Return the whole path of a file that can be written."""
    check_suffix(out)
    out = out.resolve()
    if out.exists() and not overwrite:
        raise InputError(f"--out is written over only on demand. Received: {out}, which exists. Add --overwrite")
    if not out.parent.is_dir():
        raise InputError(
            f"--out must be in a folder that is there. Received: {out.parent}. Make it, or correct the path"
        )
    return out


def _told(pushed: PushedModel, source: Source, batch_size: int) -> dict[str, str]:
    """What the scores depend on, by the names that a user knows it by."""
    return {
        "model": pushed.digest,
        "input": source_digest(source),
        "limits": describe(pushed.limits),
        "batch size": str(batch_size),
        "size of a part": str(PART_ROWS),
    }


def _counted(source: Source) -> int:
    rows = count_rows(source)
    if not rows:
        raise InputError(
            f"--input must hold rows. Received: {source.path}, which holds none. Give a manifest, a folder of images "
            "or the folder of one span"
        )
    return rows


def _finish(job: PredictJob, out: Path, rows: int, kept: int) -> Predicted:
    """Put the parts together once all rows are accounted for."""
    parts = job.finished()
    drove: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for path in parts:
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                (errors if row["error"] else drove)[row["error"] or row["drove"]] += 1
    written = drove.total() + errors.total()
    if written != rows:
        raise InputError(
            f"every row must be scored or refused. Received: {rows:,} rows, {written:,} written. "
            "Has the input changed meanwhile? Run again with --restart"
        )
    whole = job.parts / f"whole{out.suffix.lower()}"
    write_table(parts, whole)
    whole.replace(out)
    return Predicted(out, job.model, job.served, rows, kept, dict(drove.most_common()), dict(errors.most_common()))


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
