"""`fusegate retrain`: train again if there is reason to."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Train again if there is reason to.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as data.window=3.")
@click.option("--force", "forced", is_flag=True, help="Retrain over the window, whatever is new.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as one line of JSON.")
@click.pass_context
def retrain(ctx: click.Context, config_path: Path, overrides: tuple[str, ...], forced: bool, as_json: bool) -> None:
    """Train again if there is reason to: new spans, drift of the newest one, or the age of the live model.

    It is made to be called again and again, by a timer. It asks ML Metadata what was trained last, looks for new
    spans, and does one of: nothing, wait for more, or run the pipeline over the window. A failed or refused run leaves
    the live model alone and sends an alert.

    \b
    Examples:
      fusegate retrain --config configs/lite.yaml
      fusegate retrain --config configs/lite.yaml --set data.window=7 --json
      fusegate retrain --config configs/lite.yaml --force

    \b
    Exit codes: 0 pushed, unchanged, nothing new or too little; 1 failed, or over its time budget; 2 bad input or
    configuration, or a new span that cannot be used; 3 refused by the gate; 4 another one works on the same output;
    130 interrupted.
    """
    from pipeline.load_config import load_config

    config = load_config(config_path, overrides)

    from pipeline.retrain.retrain import retrain as retrain_once

    decision = retrain_once(config, forced, lambda line: click.echo(line, err=as_json), quiet=as_json)
    click.echo(decision.to_line() if as_json else decision.said)
    if decision.alert:
        click.echo(f"Alert: {decision.alert}", err=True)
    ctx.exit(decision.exit_code)
