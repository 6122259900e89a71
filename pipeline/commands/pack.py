"""`fusegate pack`: from a manifest and its images, or a folder of pairs, to a span of paired TFRecords."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from components.pack.summary import PackSummary


@click.command()
@click.argument("manifest", type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the spans.")
@click.option("--span", required=True, type=click.IntRange(min=0), help="Number of the span to write.")
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that the img paths start from and must stay in.  [default: the manifest's]",
)
@click.option(
    "--text-encoding",
    "text_encodings",
    multiple=True,
    metavar="NAME",
    help="What a text's bytes are read as, the first that fits; may be repeated.  [default: utf-8]",
)
@click.option("--allow-empty-text", is_flag=True, help="Keep pairs without text.")
@click.option(
    "--slices", default="", metavar="NAMES", help="Further columns to pack, between commas, as language,source."
)
@click.option("--shards", type=click.IntRange(1, 10_000), help="Record files.  [default: one per 96 MiB of images]")
@click.option("--overwrite", is_flag=True, help="Replace the span, with all its versions, if it exists.")
@click.option("--append", "adds", is_flag=True, help="Add the pairs to the span, as its next version.")
@click.option("--beam-args", default="", metavar="ARGS", help="Pipeline options of Beam, in one string.")
def pack(
    manifest: Path,
    out: Path,
    span: int,
    images: Path | None,
    text_encodings: tuple[str, ...],
    allow_empty_text: bool,
    slices: str,
    shards: int | None,
    overwrite: bool,
    adds: bool,
    beam_args: str,
) -> None:
    """Turn MANIFEST and its images into paired TFRecords under OUT/span-N.

    MANIFEST is JSONL (one {"id", "img", "text", "label"} a line) or CSV with that header, or a folder of images, each
    with its text beside it (cat.jpg, cat.txt), in folders named 0 and 1 or with a cat.json that holds the label. Pairs
    that cannot be used are listed in quarantine.jsonl with id, reason and mend; the others are packed. A span appears
    whole or not at all.

    With --append the pairs are added to a span: what is there already is not doubled, a pair with the id of another
    takes its place, and the newest version, OUT/span-N/vM, is the one that is read.

    \b
    Examples:
      fusegate pack memes/manifest.jsonl --out data --span 1
      fusegate pack memes/mended.jsonl --out data --span 1 --append
      fusegate pack photos --out data --span 2 --slices language,source
      fusegate pack old.csv --out data --span 2 --text-encoding utf-8 --text-encoding cp1252
      fusegate pack memes.csv --images /mnt/pictures --out data --span 2 --overwrite
      fusegate pack memes.csv --out data --span 3 --beam-args "--runner=FlinkRunner --parallelism=8"
    """
    import shlex
    import time
    from functools import partial

    from components.pack.append import append as add_pairs
    from components.pack.pack import pack as pack_manifest
    from components.pairs.limits import PairLimits

    if adds and overwrite:
        raise click.UsageError("--append keeps what is there, --overwrite does not. Give one of them")
    started = time.monotonic()
    write = add_pairs if adds else partial(pack_manifest, overwrite=overwrite)
    summary = write(
        manifest,
        out,
        span,
        images=images,
        limits=PairLimits(allow_empty_text=allow_empty_text, text_encodings=_encodings(text_encodings)),
        slices=_names(slices),
        shards=shards,
        beam_args=shlex.split(beam_args),
        progress=True,
    )
    _report(summary, time.monotonic() - started)


def _encodings(names: tuple[str, ...]) -> tuple[str, ...]:
    from components.pairs.clean_text import is_text_encoding

    unknown = [name for name in names if not is_text_encoding(name)]
    if unknown:
        raise click.UsageError(
            f"--text-encoding must be one that Python knows, as utf-8 or cp1252. Received: {', '.join(unknown)}"
        )
    return names or ("utf-8",)


def _names(slices: str) -> tuple[str, ...]:
    from components.keys import RESERVED

    names = tuple(dict.fromkeys(name.strip() for name in slices.split(",") if name.strip()))
    taken = sorted(RESERVED.intersection(names))
    if taken:
        raise click.UsageError(
            f"--slices must name columns that no feature is called after. Received: {', '.join(taken)}"
        )
    return names


def _report(summary: PackSummary, seconds: float) -> None:
    """Say what was packed, what was not, and where it lies."""
    labels = ", ".join(f"{count:,} of label {label}" for label, count in summary.labels.items())
    files = "1 file" if summary.shards == 1 else f"{summary.shards:,} files"
    if added := summary.appended:
        click.echo(
            f"Added {added.added:,} pairs to {added.before}, replaced {added.replaced:,}, left {added.unchanged:,} "
            f"as they were; {added.mended:,} taken out of its quarantine, {seconds:.0f} s."
        )
        click.echo(f"It holds {summary.packed:,} pairs ({labels}) in {files}.")
    else:
        click.echo(f"Packed {summary.packed:,} of {summary.read:,} pairs ({labels}) in {files}, {seconds:.0f} s.")
    if summary.quarantined:
        click.echo(f"Quarantined {sum(summary.quarantined.values()):,}, listed in {summary.quarantine}:")
        for reason, count in summary.quarantined.items():
            click.echo(f"  {count:>7,}  {reason}")
    if summary.ignored_columns:
        click.echo(f"Columns not read: {', '.join(summary.ignored_columns)}.")
    click.echo(f"Span: {summary.span_folder}")
