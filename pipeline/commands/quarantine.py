"""`fusegate quarantine`: what was set apart, why, and how to get it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.printable import printable

if TYPE_CHECKING:
    from components.quarantine.entries import Entry

LATEST = "latest"


@click.command(short_help="List, filter, count and export what was set apart.")
@click.argument("run", default=LATEST)
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="The run's YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
@click.option("--reason", "reasons", multiple=True, help="Only this reason; may be repeated.")
@click.option("--id", "ids", multiple=True, help="Only this id; may be repeated.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=0), help="Pairs to list; 0 for all.")
@click.option("--count", "count_only", is_flag=True, help="Print the counts by reason alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a pair, all of them.")
@click.option("--export", "target", type=click.Path(path_type=Path), help="Write them into this new folder, to mend.")
def quarantine(
    run: str,
    config_path: Path | None,
    overrides: tuple[str, ...],
    reasons: tuple[str, ...],
    ids: tuple[str, ...],
    limit: int,
    count_only: bool,
    as_json: bool,
    target: Path | None,
) -> None:
    """List what RUN set apart, with the reason of each pair.

    RUN is a run's id, a run's folder or a span's folder; without it, the last run of --config.

    --export writes images, texts, reasons.jsonl and a manifest.jsonl: mend the rows and pack them with
    `fusegate pack DIR/manifest.jsonl --append`. A line that could not be read and a damaged record have no original:
    mend those at the place that `source` names.

    \b
    Examples:
      fusegate quarantine --config configs/lite.yaml
      fusegate quarantine data/span-1 --reason image_not_decodable --limit 0
      fusegate quarantine --config configs/lite.yaml --reason text_not_utf8 --export mend
      fusegate quarantine 20260101-120000-000000 --config configs/lite.yaml --count

    \b
    Exit codes: 0 done, also where nothing was set apart; 2 no such run, or a folder that cannot be written to.
    """
    from components.quarantine.entries import read_entries

    folder, names = _find(run, config_path, overrides)
    _check_reasons(reasons)
    entries = list(read_entries(folder, reasons, ids))
    if target is not None:
        _export(folder, entries, target, names)
        return
    if as_json:
        _print_json(entries)
        return
    _print_counts(entries, folder)
    if not count_only:
        _print_entries(entries, limit or len(entries))


def _find(run: str, config_path: Path | None, overrides: tuple[str, ...]) -> tuple[Path, dict[str, str]]:
    """Find the quarantine's folder, and what the features are called in its records."""
    from components.errors import InputError
    from components.pack.summary import QUARANTINE_FILE
    from pipeline.find_run import find_run, read_summary

    names: dict[str, str] = {}
    folder = Path(run)
    if config_path is not None:
        from pipeline.load_config import load_config

        config = load_config(config_path, overrides)
        names = config.data.features.model_dump()
        if not folder.is_dir():
            folder = find_run(config.output, run)
    elif not folder.is_dir():
        raise InputError(
            f"RUN must be a folder, or --config must say where the runs are. Received: {run}. "
            "Add --config, or give a run's or a span's folder"
        )
    if (folder / QUARANTINE_FILE).is_file():
        return folder, names
    path = read_summary(folder).get("quarantine_path")
    if not path:
        raise InputError(f"the run must have come to its ingest. Received: {folder}, which has not. Run it again")
    return Path(path).parent, names


def _check_reasons(reasons: tuple[str, ...]) -> None:
    from components.errors import InputError
    from components.pairs.reasons import Reason

    known = [reason.value for reason in Reason]
    unknown = [reason for reason in reasons if reason not in known]
    if unknown:
        raise InputError(f"--reason must be one of {', '.join(known)}. Received: {', '.join(unknown)}. Correct it")


def _export(folder: Path, entries: list[Entry], target: Path, names: dict[str, str]) -> None:
    from components.quiet import import_tensorflow, quiet_logs

    quiet_logs()
    import_tensorflow()
    from components.quarantine.export import export_quarantine

    export = export_quarantine(folder, entries, target, names)
    click.echo(f"Exported {export.written:,} of {len(entries):,} pairs to {export.manifest}.")
    if export.without_record:
        click.echo(
            f"{export.without_record:,} have no original here: a line that cannot be read, or a damaged record. "
            "`fusegate quarantine` names the place of each."
        )


def _print_json(entries: list[Entry]) -> None:
    import json
    from dataclasses import asdict

    for entry in entries:
        click.echo(json.dumps(asdict(entry)))


def _print_counts(entries: list[Entry], folder: Path) -> None:
    from components.quarantine.entries import count_reasons

    click.echo(f"{len(entries):,} pairs set apart, in {folder}")
    for reason, count in count_reasons(entries).items():
        click.echo(f"  {count:>7,}  {printable(reason)}")


def _print_entries(entries: list[Entry], limit: int) -> None:
    for entry in entries[:limit]:
        click.echo(f"\n{printable(entry.id) or '(no id)'}  {printable(entry.reason)}  {printable(entry.source)}")
        click.echo(f"    {printable(entry.detail)}")
    if len(entries) > limit:
        click.echo(f"\n{len(entries) - limit:,} more: --limit 0 lists all.")
