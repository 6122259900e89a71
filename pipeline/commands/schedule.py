"""`fusegate schedule`: retrain by the clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_CONFIG = click.option(
    "--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration."
)
_SET = click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
_CRON = click.option("--cron", "rule", required=True, metavar="'M H D M W'", help="When, as cron writes it.")
_NAME = click.option("--name", help="Name of the schedule.  [default: the pipeline's]")


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.group(short_help="Retrain by the clock.")
def schedule() -> None:
    """Call `fusegate retrain` by the clock: a systemd timer, a crontab line, or a scheduler in the foreground.

    \b
    Examples:
      fusegate schedule install --config configs/lite.yaml --cron '0 3 * * *'
      fusegate schedule status --config configs/lite.yaml
      fusegate schedule run --config configs/lite.yaml --cron '0 3 * * *' --tz Europe/Berlin

    \b
    Exit codes: 0 done; 1 the system refused; 2 bad input or configuration; 4 another scheduler works.
    """


@schedule.command(short_help="Write a systemd timer or a crontab line.")
@_options(_CONFIG, _SET, _CRON, _NAME)
@click.option(
    "--kind", type=click.Choice(["systemd", "cron"]), help="What keeps the time.  [default: systemd where it runs]"
)
@click.option("--dry-run", "--print", "dry_run", is_flag=True, help="Only show what would be written.")
def install(
    config_path: Path, overrides: tuple[str, ...], rule: str, name: str | None, kind: str | None, dry_run: bool
) -> None:
    """Write a timer of the user's systemd, or a line of the user's crontab where no systemd runs for the user.

    A schedule of the same name is replaced. Its log is `retrain/schedule.log` in the output folder. Relative paths of
    the configuration begin at the folder that this command is called in.

    \b
    Examples:
      fusegate schedule install --config configs/lite.yaml --cron '0 3 * * *'
      fusegate schedule install --config configs/lite.yaml --cron '*/30 * * * *' --kind cron --dry-run

    \b
    Exit codes: 0 done; 1 systemd or cron refused; 2 bad rule, name or configuration, or neither is there.
    """
    from pipeline.load_config import load_config
    from pipeline.schedule import keepers
    from pipeline.schedule.schedule import make_schedule

    made = make_schedule(load_config(config_path, overrides), config_path, rule, name, overrides)
    keeper = keepers.choose_keeper(kind, must_run=not dry_run)
    if dry_run:
        click.echo(keeper.preview(made), nl=False)
        return
    keepers.install(made, keeper)
    click.echo(f"Schedule {made.name} is installed ({keeper.kind}): {made.rule.text}. Its log is {made.log}")


@schedule.command(short_help="Take a schedule away.")
@_options(_CONFIG, _SET, _NAME)
def remove(config_path: Path, overrides: tuple[str, ...], name: str | None) -> None:
    """Take a schedule away, of whichever kind it is; a retrain that goes on is left to end.

    \b
    Examples:
      fusegate schedule remove --config configs/lite.yaml

    \b
    Exit codes: 0 done, also where nothing was installed; 1 systemd or cron refused; 2 bad configuration.
    """
    from pipeline.load_config import load_config
    from pipeline.schedule import keepers
    from pipeline.schedule.schedule import schedule_name

    chosen = schedule_name(load_config(config_path, overrides), name)
    kinds = keepers.remove(chosen)
    click.echo(f"Schedule {chosen} is removed ({', '.join(kinds)})" if kinds else f"No schedule {chosen} was installed")


@schedule.command(short_help="Show what is installed, when it fires, and what was decided last.")
@_options(_CONFIG, _SET)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(config_path: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show the schedules of a configuration, when each fires next, and what `fusegate retrain` decided last.

    \b
    Examples:
      fusegate schedule status --config configs/lite.yaml
      fusegate schedule status --config configs/lite.yaml --json

    \b
    Exit codes: 0 done, also where nothing is installed; 1 the crontab cannot be read; 2 bad configuration.
    """
    import dataclasses
    import datetime
    import json

    from pipeline.load_config import load_config
    from pipeline.printable import printable
    from pipeline.schedule.status import status as find_status
    from pipeline.schedule.time_zone import time_zone

    config = load_config(config_path, overrides)
    found = find_status(config, config_path, datetime.datetime.now(time_zone(None)))
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    for each, firing in zip(found.schedules, found.next_firings, strict=True):
        click.echo(f"{each.name} ({each.kind}): {each.cron}, next at {firing}, log {each.log}")
    if not found.schedules:
        click.echo(f"No schedule is installed for {config_path}")
    last = found.last_decision
    decided = (
        "none yet"
        if last is None
        else f"{last['at']}: {last['said']}"
        if {"at", "said"} <= last.keys()
        else json.dumps(last)
    )
    click.echo(f"Last decision: {printable(decided)}")


@schedule.command(short_help="Keep the time in the foreground, for containers.")
@_options(_CONFIG, _SET, _CRON)
@click.option("--tz", "zone", metavar="ZONE", help="Time zone, as Europe/Berlin.  [default: the machine's]")
def run(config_path: Path, overrides: tuple[str, ...], rule: str, zone: str | None) -> None:
    """Call `fusegate retrain` whenever the rule fires, until SIGTERM or Ctrl-C.

    A firing while a retrain goes on is skipped; those missed while the machine slept are made up for by one call. At
    the end a retrain that goes on has 40 s to end before it is killed.

    \b
    Examples:
      fusegate schedule run --config configs/lite.yaml --cron '0 3 * * *'
      fusegate schedule run --config configs/lite.yaml --cron '*/30 * * * *' --tz Europe/Berlin

    \b
    Exit codes: 0 ended by a signal; 2 bad rule, time zone or configuration; 4 another scheduler works on the output
    folder.
    """
    import datetime

    from pipeline.load_config import load_config
    from pipeline.schedule.cron_rule import parse_cron_rule
    from pipeline.schedule.retrain_command import retrain_command
    from pipeline.schedule.run_schedule import run_schedule
    from pipeline.schedule.schedule_lock import schedule_lock
    from pipeline.schedule.time_zone import time_zone

    config = load_config(config_path, overrides)
    parsed, tz = parse_cron_rule(rule), time_zone(zone)
    with schedule_lock(config.output):
        run_schedule(
            parsed.next_after, lambda: datetime.datetime.now(tz), retrain_command(config_path, overrides), click.echo
        )
