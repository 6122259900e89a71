"""`fusegate gc`: remove old artifacts, runs and versions that nothing needs any more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.gc.plan import Plan


@click.command(short_help="Remove old artifacts, runs and versions that nothing needs any more.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
@click.option("--keep-runs", type=int, metavar="N", help="Latest runs that stay, as gc.keep_runs.")
@click.option("--keep-versions", type=int, metavar="N", help="Latest versions that stay, as gc.keep_versions.")
@click.option("--older-than", type=float, metavar="DAYS", help="Nothing younger goes, as gc.older_than_days.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def gc(
    config_path: Path,
    overrides: tuple[str, ...],
    keep_runs: int | None,
    keep_versions: int | None,
    older_than: float | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Remove old runs with their artifacts and reports, checkpoints, and old pushed versions.

    What is live stays, with all that it came from; so do the last runs, the last versions and whatever is young. A
    clean-up that was killed is finished by the next one.

    \b
    Examples:
      fusegate gc --config configs/lite.yaml --dry-run
      fusegate gc --config configs/lite.yaml --keep-runs 5 --older-than 30 --yes

    \b
    Exit codes: 0 done, also where nothing goes or you said no; 1 a file cannot be removed; 2 bad configuration, a run
    that is under way, or nobody to ask.
    """
    from pipeline.load_config import load_config

    given = {"keep_runs": keep_runs, "keep_versions": keep_versions, "older_than_days": older_than}
    limits = [f"gc.{key}={value}" for key, value in given.items() if value is not None]
    config = load_config(config_path, (*overrides, *limits))

    from components.quiet import quiet_logs

    quiet_logs()
    from pipeline.gc.collect import collect
    from pipeline.gc.describe import size_text

    removed = False

    def agree(plan: Plan) -> bool:
        nonlocal removed
        removed = _agreed(plan, dry_run, yes)
        return removed

    plan = collect(config, agree)
    if not plan.items:
        click.echo("Nothing goes")
    else:
        click.echo(f"{size_text(plan.size)} {'are removed' if removed else 'would go; nothing was removed'}")


def _agreed(plan: Plan, dry_run: bool, yes: bool) -> bool:
    """Show a plan, and find out whether it is carried out."""
    import sys

    from components.errors import InputError
    from pipeline.gc.describe import describe, size_text
    from pipeline.printable import printable

    for line in describe(plan):
        click.echo(printable(line))
    if dry_run or yes or not plan.items:
        return not dry_run
    if not sys.stdin.isatty():
        raise InputError(
            "a removal must be agreed to. Received: no terminal to ask on. Give --yes, or --dry-run to look"
        )
    return click.confirm(f"Remove {size_text(plan.size)}?")
