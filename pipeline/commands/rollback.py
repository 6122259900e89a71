"""`fusegate rollback`: put an older version back."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Put an older version back.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
@click.option("--to", type=click.IntRange(min=0), help="Version to put back.  [default: the one before the live one]")
@click.option("--why", required=True, help="The reason, which is kept with the version and in ML Metadata.")
def rollback(config_path: Path, overrides: tuple[str, ...], to: int | None, why: str) -> None:
    """Put an older version back: it is published anew, whole, under a higher number; nothing is deleted.

    The next run compares its candidate with it. Where an older version was put back before, the default is what is
    older still.

    \b
    Examples:
      fusegate rollback --config configs/lite.yaml --why "complaints since Tuesday's push"
      fusegate rollback --config configs/lite.yaml --to 1795543937 --why "the last one before the new backbone"

    \b
    Exit codes: 0 done; 2 no such version, nothing older, no reason, or a run that is under way.
    """
    from components.quiet import quiet_logs
    from pipeline.load_config import load_config

    config = load_config(config_path, overrides)
    quiet_logs()
    from pipeline.roll_back import roll_back

    done = roll_back(config, to, why)
    click.echo(
        f"Version {done.version} is live: a copy of {done.restored_from}, in place of {done.replaced}. "
        "The next run compares with it."
    )
