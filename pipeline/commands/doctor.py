"""`fusegate doctor`: find the faults of any Keras model and its arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from components.preflight.report import Report


@click.command()
@click.argument("model", type=click.Path(path_type=Path), metavar="MODEL.keras")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="ARRAYS.npz",
    help="Arrays named as the model's inputs, and label, labels or y; those of validation as val_<name>.",
)
@click.option("--loss", help="Keras name of the loss, for a model that was saved uncompiled.")
@click.option(
    "--trained/--untrained",
    default=None,
    help="Expect a trained model, or a fresh one.  [default: trained if its optimizer has made a step]",
)
@click.option(
    "--validation-split",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="What fit gets as validation_split.  [default: 0.2, without val_ arrays]",
)
@click.option("--rows", type=click.IntRange(min=2), default=256, show_default=True, help="Most examples to run.")
@click.option("--ignore", multiple=True, metavar="FG000", help="A code to leave out; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(
    model: Path,
    data: Path | None,
    loss: str | None,
    trained: bool | None,
    validation_split: float | None,
    rows: int,
    ignore: tuple[str, ...],
    as_json: bool,
) -> None:
    """Find what is wrong with MODEL.keras and its arrays, before or after training.

    Each finding has a code, its evidence as numbers, why it matters and the mend. Without arrays only the layers and
    the loss are checked. Nothing in the files is executed: a model with a Lambda layer is refused.

    \b
    Examples:
      fusegate doctor model.keras
      fusegate doctor model.keras --data arrays.npz
      fusegate doctor model.keras --data arrays.npz --validation-split 0.2 --json

    \b
    Exit codes: 0 no finding or warnings alone, 1 errors found, 2 files or arrays that cannot be used.
    """
    report, unread = _examine(
        model,
        data,
        loss=loss,
        trained=trained,
        validation_split=validation_split,
        rows=rows,
        ignore=ignore,
    )
    if as_json:
        click.echo(report.to_json())
    else:
        _print(report, unread)
    if report.errors:
        raise click.exceptions.Exit(1)


def _examine(model: Path, data: Path | None, *, loss: str | None, **settings: Any) -> tuple[Report, tuple[str, ...]]:
    from components.quiet import quiet_logs

    quiet_logs()

    import warnings

    from components.preflight.load_arrays import load_arrays
    from components.preflight.load_model import load_model
    from components.preflight.preflight import preflight

    with warnings.catch_warnings():
        # Keras warns of what is a finding here.
        warnings.simplefilter("ignore")
        loaded = load_model(model)
        if data is None:
            return preflight(loaded, loss=_loss(loss), **settings), ()
        arrays = load_arrays(data, loaded)
        return preflight(loaded, arrays.train, arrays.evaluation, loss=_loss(loss), **settings), arrays.unread


def _loss(name: str | None) -> str | None:
    import keras

    from components.errors import InputError

    try:
        keras.losses.get(name)
    except ValueError as error:
        raise InputError(f"--loss must be a loss of Keras. Received: {name}. Try binary_crossentropy.") from error
    return name


def _print(report: Report, unread: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding

    console = Console(highlight=False)
    for finding in report.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        place = escape(finding.where)
        console.print(f"[bold {colour}]{finding.code} {finding.severity}[/] [bold]{finding.kind.title}[/] ({place})")
        for name, text in (("Evidence", finding.sentence), ("Why", finding.kind.why), ("Mend", finding.kind.mend)):
            console.print(Padding(f"[bold]{name}:[/] {escape(text)}", (0, 0, 0, 2)))
        console.print()
    for reason in report.unchecked:
        console.print(f"Not checked: {escape(reason)}.")
    if unread:
        console.print(f"Arrays not read: {escape(', '.join(unread))}.")
    console.print(report.summary() + ".")
