"""`fusegate models`: the versions that were pushed, and which is live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.printable import printable

if TYPE_CHECKING:
    from pipeline.list_models import Version

NOTHING = "–"


@click.command(short_help="List the versions that were pushed, and which is live.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a version.")
def models(config_path: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """List the versions in the push destination, the newest first, with the figures that they were pushed with.

    \b
    Examples:
      fusegate models --config configs/lite.yaml
      fusegate models --config configs/lite.yaml --json

    \b
    Exit codes: 0 done, also where nothing was pushed; 2 bad configuration.
    """
    import dataclasses
    import json

    from pipeline.list_models import list_models
    from pipeline.load_config import load_config

    destination = load_config(config_path, overrides).models
    versions = list_models(str(destination))
    if as_json:
        for version in versions:
            click.echo(json.dumps(dataclasses.asdict(version)))
        return
    click.echo(f"{len(versions)} versions in {destination}")
    if versions:
        _print_table(versions)


def _print_table(versions: list[Version]) -> None:
    rows = [("", "version", "pushed at", "served", "AUC fused", "gain", "lower", "compared with", "")]
    for each in versions:
        rows.append(
            (
                "live" if each.live else "",
                str(each.version),
                each.pushed_at or NOTHING,
                each.variant or NOTHING,
                _number(each.auc_fused, ".3f"),
                _number(each.gain, "+.3f"),
                _number(each.gain_lower, "+.3f"),
                str(each.baseline or NOTHING),
                _remark(each),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _number(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, form)


def _remark(each: Version) -> str:
    remarks = []
    if each.restored_from is not None:
        remarks.append(f"restored from {each.restored_from}: {each.why}")
    if each.set_aside:
        remarks.append(f"set aside as a baseline: {each.set_aside}")
    return printable("; ".join(remarks))
