"""`fusegate cache`: what the feature cache holds, its bounds, and whether it is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.printable import printable

if TYPE_CHECKING:
    from components.feature_cache.survey import StoredEncoder

GIB, MIB = 2**30, 2**20


@click.group(short_help="Show, prune and verify the frozen encoders' vectors.")
def cache() -> None:
    """Keep the feature cache: the frozen encoders' vectors, which runs and pipelines share.

    \b
    Examples:
      fusegate cache show --config configs/lite.yaml
      fusegate cache prune --location s3://bucket/features --max-gib 50
      fusegate cache verify --config configs/lite.yaml
    """


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which cache is meant."""
    options = (
        click.option("--config", "config_path", type=click.Path(path_type=Path), help="A YAML configuration."),
        click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out."),
        click.option("--location", help="Folder or URI of the cache, in place of --config."),
        click.option("--encoder", default="", metavar="PREFIX", help="Only encoders whose fingerprint begins so."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@cache.command(short_help="List the encoders whose vectors are kept.")
@_common
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an encoder.")
def show(
    config_path: Path | None, overrides: tuple[str, ...], location: str | None, encoder: str, as_json: bool
) -> None:
    """List the encoders whose vectors are kept, how many there are, and when they were last used.

    A vector that two segments hold counts twice until they are merged.

    \b
    Examples:
      fusegate cache show --config configs/lite.yaml
      fusegate cache show --location /srv/features --json

    \b
    Exit codes: 0 done, also where nothing is kept; 2 a location that cannot be used, or bad configuration.
    """
    import json

    from components.feature_cache.survey import survey

    place = _place(config_path, overrides, location)
    found = survey(place, encoder)
    if as_json:
        for stored in found:
            click.echo(json.dumps(_fields(stored)))
        return
    click.echo(f"{len(found)} encoders in {place}, {sum(stored.size for stored in found) / GIB:.3f} GiB")
    for stored in found:
        click.echo(
            f"{stored.fingerprint[:16]}  {printable(stored.name):<20} {stored.vectors:>12,} vectors of "
            f"{stored.width:,}  {stored.size / MIB:>10,.1f} MiB in {len(stored.segments):,} segments, "
            f"last used {_date(stored.used)}" + (f", {stored.damaged} damaged" if stored.damaged else "")
        )


@cache.command(short_help="Remove what was not used for longest, and merge what stays.")
@_common
@click.option("--max-gib", type=click.FloatRange(min=0), help="Most GiB that stay.")
@click.option("--older-than-days", type=click.FloatRange(min=0), help="Remove what was not used for so many days.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def prune(
    config_path: Path | None,
    overrides: tuple[str, ...],
    location: str | None,
    encoder: str,
    max_gib: float | None,
    older_than_days: float | None,
    dry_run: bool,
) -> None:
    """Remove what was not used for longest, until the bounds hold; damaged segments and leftovers go as well.

    Small segments that stay are merged. --encoder alone removes all of that encoder. A run that goes on meanwhile
    encodes again what it misses.

    \b
    Examples:
      fusegate cache prune --config configs/lite.yaml --max-gib 20
      fusegate cache prune --location /srv/features --older-than-days 90 --dry-run
      fusegate cache prune --config configs/lite.yaml --encoder 5ffbb4ef

    \b
    Exit codes: 0 done; 2 a location that cannot be used, or bad configuration.
    """
    from components.feature_cache.prune import prune as prune_cache

    place = _place(config_path, overrides, location)
    max_bytes = None if max_gib is None else max_gib * GIB
    pruned = prune_cache(place, encoder, max_bytes, older_than_days, dry_run)
    verb = "Would remove" if dry_run else "Removed"
    click.echo(
        f"{verb} {pruned.segments:,} segments, {pruned.size / MIB:,.1f} MiB, and {pruned.rubbish:,} damaged or left "
        f"over; {pruned.kept / MIB:,.1f} MiB stay" + ("." if dry_run else f", in {pruned.merged:,} segments fewer.")
    )


@cache.command(short_help="Check every vector that is kept against its segment's digest.")
@_common
def verify(config_path: Path | None, overrides: tuple[str, ...], location: str | None, encoder: str) -> None:
    """Read every byte, and set damaged segments aside; the next run encodes again what they held.

    \b
    Examples:
      fusegate cache verify --config configs/lite.yaml
      fusegate cache verify --location gs://bucket/features --encoder 5ffbb4ef

    \b
    Exit codes: 0 all is whole; 1 a segment was damaged; 2 a location that cannot be used, or bad configuration.
    """
    from components.errors import EXIT_FAILED
    from components.feature_cache.verify import verify as verify_cache

    verified = verify_cache(_place(config_path, overrides, location), encoder)
    for path in verified.damaged:
        click.echo(f"DAMAGED, set aside: {path}")
    click.echo(
        f"{verified.segments:,} segments checked, {len(verified.damaged):,} damaged; {verified.vectors:,} vectors whole"
    )
    if verified.damaged:
        click.get_current_context().exit(EXIT_FAILED)


def _place(config_path: Path | None, overrides: tuple[str, ...], location: str | None) -> str:
    """Return the cache that the options name."""
    from components.errors import InputError

    if location is not None and config_path is None:
        return location
    if config_path is None or location is not None:
        received = "neither" if location is None else "both"
        raise InputError(f"give either --config or --location. Received: {received}. Name one cache")
    from pipeline.load_config import load_config

    place = load_config(config_path, overrides).features
    if place is None:
        raise InputError(
            "the configuration must keep vectors. Received: feature_cache.location null. Name a cache with --location"
        )
    return place


def _fields(stored: StoredEncoder) -> dict[str, Any]:
    return {
        "fingerprint": stored.fingerprint,
        "encoder": stored.name,
        "width": stored.width,
        "vectors": stored.vectors,
        "bytes": stored.size,
        "segments": len(stored.segments),
        "damaged": stored.damaged,
        "last_used": stored.used,
    }


def _date(seconds: float) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(seconds).isoformat(" ", "minutes") if seconds else "never"
