"""Draw and pack the demo's memes, once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping

import click

from components.errors import InputError
from pipeline.config import Config

SPAN = 1
_RECIPE = "recipe.json"


def prepare_span(config: Config, count: int, weights: Mapping[str, float]) -> None:
    """Make span 1 of a configuration's data root out of drawn memes; keep it if it was made by the same recipe.

    Args:
        config: The configuration; its seed draws the memes.
        count: Memes to draw; about 1 % of them are broken on purpose.
        weights: Fields of `Signal` that differ from its defaults.

    Raises:
        InputError: If the span is there, but made by another recipe.
    """
    from components.pack.pack import pack
    from pipeline.demo.memes import draw_memes
    from pipeline.demo.signal import Signal

    root = config.data.root
    recipe = json.dumps({"count": count, "seed": config.seed, "signal": dict(sorted(weights.items()))})
    kept = root / _RECIPE
    if (root / f"span-{SPAN}").exists():
        if not kept.exists() or kept.read_text() != recipe:
            raise InputError(
                f"a data root must hold the memes that are asked for. Received: {root}, made with "
                f"{kept.read_text() if kept.exists() else 'another program'}, not with {recipe}. "
                "Take another one (--set data.root=…), or remove it"
            )
        click.echo(f"Memes: {root} (drawn before)")
        return
    drawn = root / "memes"
    manifest = draw_memes(drawn, count, config.seed, Signal(**weights), faults=True)
    summary = pack(manifest, root, SPAN)
    kept.write_text(recipe)
    shutil.rmtree(drawn)
    reasons = ", ".join(f"{number} {reason}" for reason, number in summary.quarantined.items())
    click.echo(f"Memes: {summary.read} drawn, {summary.packed} packed into {root}; set apart: {reasons}")
