"""`fusegate pack`: from a manifest and its images to a span of paired TFRecords."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the spans.")
@click.option("--span", required=True, type=click.IntRange(min=0), help="Number of the span to write.")
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that the img paths start from and must stay in.  [default: the manifest's]",
)
@click.option("--allow-empty-text", is_flag=True, help="Keep pairs without text.")
@click.option("--shards", type=click.IntRange(1, 10_000), help="Record files.  [default: one per 96 MiB of images]")
@click.option("--overwrite", is_flag=True, help="Replace the span if it exists.")
@click.option("--beam-args", default="", metavar="ARGS", help="Pipeline options of Beam, in one string.")
def pack(
    manifest: Path,
    out: Path,
    span: int,
    images: Path | None,
    allow_empty_text: bool,
    shards: int | None,
    overwrite: bool,
    beam_args: str,
) -> None:
    """Turn MANIFEST and its images into paired TFRecords under OUT/span-N.

    MANIFEST is JSONL (one {"id", "img", "text", "label"} a line) or CSV with that header. Pairs that cannot be used
    are listed in OUT/span-N/quarantine.jsonl with id, reason and mend; the others are packed. A span appears whole
    or not at all.

    \b
    Examples:
      fusegate pack memes/manifest.jsonl --out data --span 1
      fusegate pack memes.csv --images /mnt/pictures --out data --span 2 --overwrite
      fusegate pack memes.csv --out data --span 3 --beam-args "--runner=FlinkRunner --parallelism=8"
    """
    import shlex
    import time

    from components.pack.pack import pack as pack_manifest
    from components.pairs.limits import PairLimits

    started = time.monotonic()
    summary = pack_manifest(
        manifest,
        out,
        span,
        images=images,
        limits=PairLimits(allow_empty_text=allow_empty_text),
        shards=shards,
        overwrite=overwrite,
        beam_args=shlex.split(beam_args),
        progress=True,
    )
    seconds = time.monotonic() - started
    labels = ", ".join(f"{count:,} of label {label}" for label, count in summary.labels.items())
    files = "1 file" if summary.shards == 1 else f"{summary.shards:,} files"
    click.echo(f"Packed {summary.packed:,} of {summary.read:,} pairs ({labels}) in {files}, {seconds:.0f} s.")
    if summary.quarantined:
        click.echo(f"Quarantined {sum(summary.quarantined.values()):,}, listed in {summary.quarantine}:")
        for reason, count in summary.quarantined.items():
            click.echo(f"  {count:>7,}  {reason}")
    if summary.ignored_columns:
        click.echo(f"Columns not read: {', '.join(summary.ignored_columns)}.")
    click.echo(f"Span: {summary.span_folder}")
