"""`fusegate run`: the pipeline once, from spans to a gated, pushed model."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Run the pipeline once.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as train.epochs=5.")
@click.option("--end-with-stdin", is_flag=True, hidden=True, help="End when the process at the other end does.")
@click.pass_context
def run(ctx: click.Context, config_path: Path, overrides: tuple[str, ...], end_with_stdin: bool) -> None:
    """Run the pipeline once: from spans to a gated, pushed model and a report.

    What a run has finished is kept: the same command goes on after a failure, and answers from TFX's cache where
    nothing has changed.

    \b
    Examples:
      fusegate run --config configs/lite.yaml
      fusegate run --config configs/lite.yaml --set data.root=memes --set train.epochs=20
      fusegate run --config configs/vgg16_lstm.yaml --set image.weights=vgg16_notop.h5

    \b
    Exit codes: 0 pushed, or the live model is already the same; 1 failed; 2 bad input or configuration;
    3 refused by the gate.
    """
    from pipeline.end_with_stdin import watch_stdin
    from pipeline.load_config import load_config

    if end_with_stdin:
        watch_stdin()
    config = load_config(config_path, overrides)

    from pipeline.execute import execute

    ctx.exit(execute(config))
