"""`fusegate baseline`: what candidates are compared with."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(short_help="Set a live model aside as the baseline.")
def baseline() -> None:
    """What a candidate is compared with besides its own parts: the live model.

    \b
    Examples:
      fusegate baseline reset --config configs/lite.yaml --why "its test split had 40 pairs"
    """


@baseline.command(short_help="Compare the next candidates with nothing.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
@click.option("--why", required=True, help="The reason, which stands in the receipts and in ML Metadata.")
def reset(config_path: Path, overrides: tuple[str, ...], why: str) -> None:
    """Set the live model aside as a baseline: until another one goes live, candidates are judged by themselves.

    The live model is served on. A baseline that was lucky once can refuse every successor; this lets the next one
    through the gate's other rules, and says in its receipt that and why it was compared with nothing.

    \b
    Examples:
      fusegate baseline reset --config configs/lite.yaml --why "its test split had 40 pairs"

    \b
    Exit codes: 0 done; 2 nothing is live, no reason, or a run that is under way.
    """
    from components.quiet import quiet_logs
    from pipeline.load_config import load_config

    config = load_config(config_path, overrides)
    quiet_logs()
    from pipeline.reset_baseline import reset_baseline

    version = reset_baseline(config, why)
    click.echo(f"Version {version} is served on, and no candidate is compared with it any more.")
