"""`fusegate demo`: the main job on memes that it draws itself."""

from __future__ import annotations

from pathlib import Path

import click

CONFIG = Path(__file__).parents[2] / "configs" / "demo.yaml"


@click.command(short_help="Draw memes and run the pipeline on them.")
@click.option("--config", "config_path", default=CONFIG, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as train.epochs=5.")
@click.option("--count", default=1200, show_default=True, type=click.IntRange(min=100), help="Memes to draw.")
@click.option("--image-signal", default=None, type=float, help="Weight of the picture's own cue; 0 for none.")
@click.option("--text-signal", default=None, type=float, help="Weight of the text's own cue; 0 for none.")
@click.option("--interaction", default=None, type=float, help="Weight of what only both together tell; 0 for none.")
@click.pass_context
def demo(
    ctx: click.Context,
    config_path: Path,
    overrides: tuple[str, ...],
    count: int,
    image_signal: float | None,
    text_signal: float | None,
    interaction: float | None,
) -> None:
    """Draw memes, pack them, and run the pipeline on them to a pushed model and a report.

    Needs nothing but this installation: no data and no network. The memes are drawn once and kept.

    \b
    Examples:
      fusegate demo
      fusegate demo --interaction 0 --set data.root=/tmp/plain --set output=/tmp/plain-out
    """
    from pipeline.load_config import load_config

    config = load_config(config_path, overrides)

    from pipeline.demo.prepare import prepare_span

    weights = {"image": image_signal, "text": text_signal, "interaction": interaction}
    prepare_span(config, count, {name: weight for name, weight in weights.items() if weight is not None})

    from pipeline.execute import execute

    ctx.exit(execute(config))
