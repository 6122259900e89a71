"""`fusegate predict`: score pairs with a pushed model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from components.predict.predict import Predicted


@click.command(short_help="Score pairs with a pushed model.")
@click.option("--model", required=True, help="A push destination (its live version is taken), or a version's folder.")
@click.option("--input", "source", required=True, type=click.Path(path_type=Path), help="Manifest, folder or span.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File: .jsonl, .csv or .parquet."
)
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that the img paths start from and must stay in.  [default: the manifest's]",
)
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(1, 1024), help="Pairs of one request.")
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
@click.option("--restart", is_flag=True, help="Throw away what an interrupted run has finished.")
@click.option("--beam-args", default="", metavar="ARGS", help="Pipeline options of Beam, in one string.")
@click.pass_context
def predict(
    ctx: click.Context,
    model: str,
    source: Path,
    out: Path,
    images: Path | None,
    batch_size: int,
    overwrite: bool,
    restart: bool,
    beam_args: str,
) -> None:
    """Score every pair of the input with a pushed model.

    The input is a manifest as `fusegate pack` reads it (labels are not needed, and one half may be missing), a folder
    of images with their texts beside them, or a packed span. Each row of the file has the three probabilities and the
    ensemble's, what is served as probability, the decision, and which half drove it; a pair that cannot be scored has
    the reason in its column error.

    Finished parts are kept in FILE.parts: after Ctrl-C or a kill the same command goes on. FILE appears whole.

    \b
    Examples:
      fusegate predict --model .fusegate/lite/models --input new/manifest.jsonl --out scores.jsonl
      fusegate predict --model models/1795543937 --input photos --out scores.csv --batch-size 64
      fusegate predict --model models --input data/span-3 --out scores.parquet --overwrite

    \b
    Exit codes: 0 done; 1 failed, or no pair could be scored; 2 bad input or option; 130 interrupted.
    """
    import shlex
    import time

    from components.predict.predict import predict as score

    started = time.monotonic()
    predicted = score(
        model,
        source,
        out,
        images=images,
        batch_size=batch_size,
        overwrite=overwrite,
        restart=restart,
        beam_args=shlex.split(beam_args),
        progress=True,
    )
    _report(predicted, time.monotonic() - started)
    if not predicted.scored:
        ctx.exit(1)


def _report(predicted: Predicted, seconds: float) -> None:
    """Say what was scored, by what, and what could not be."""
    kept = f", {predicted.kept:,} of them before" if predicted.kept else ""
    click.echo(
        f"Scored {predicted.scored:,} of {predicted.rows:,} pairs{kept}, in {seconds:.0f} s, with {predicted.model} "
        f"(serves {predicted.served})."
    )
    if predicted.drove:
        click.echo("Decisions were driven by:")
        for name, count in predicted.drove.items():
            click.echo(f"  {count:>7,}  {name}")
    if predicted.errors:
        click.echo(f"Not scored, with the reason in the row: {sum(predicted.errors.values()):,}")
        for name, count in predicted.errors.items():
            click.echo(f"  {count:>7,}  {name}")
    click.echo(f"File: {predicted.out}")
