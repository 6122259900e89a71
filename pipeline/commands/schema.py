"""`fusegate schema`: propose a first schema, or a change of it, for a person to review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.config import Config


@click.group(short_help="Propose a first schema, or a change of it.")
def schema() -> None:
    """Propose a first schema, or a change of it: a person reads, corrects and commits it.

    \b
    Examples:
      fusegate schema infer data --out schema/memes.pbtxt
      fusegate schema accept --config configs/lite.yaml
    """


@schema.command(short_help="Propose a first schema for some data.")
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="A configuration with data.features.")
@click.option("--feature", "given", multiple=True, metavar="OURS=THEIRS", help="Name of a feature, as image=picture.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="New file to write.  [default: print it]")
def infer(data: Path, config_path: Path | None, given: tuple[str, ...], out: Path | None) -> None:
    """Propose a commented schema for DATA: a data root, a span's folder, a file of records or a manifest.

    The features that the pipeline needs get its own contract; every further column gets what TFDV infers, ready to be
    listed in `data.slices`.

    \b
    Examples:
      fusegate schema infer data
      fusegate schema infer memes/manifest.jsonl --out schema/memes.pbtxt
      fusegate schema infer data/span-1 --feature image=picture --feature text=caption

    \b
    Exit codes: 0 done; 2 data that cannot be read, or a file that exists.
    """
    from components.errors import InputError

    if out is not None and out.exists():
        raise InputError(f"a proposal is written to a new file. Received: {out}, which exists. Take another --out")
    names = _names(config_path, given)
    _quiet_tensorflow()
    from components.schema_review.infer import infer_schema
    from components.schema_review.light_examples import read_light_examples

    _hand_over(infer_schema(read_light_examples(data, names.get("image", "image")), names), out)


@schema.command(short_help="Propose the change that a run's anomalies ask for.")
@click.argument("run", default="latest")
@click.option(
    "--config", "config_path", required=True, type=click.Path(path_type=Path), help="The run's configuration."
)
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as output=out.")
@click.option("--write", is_flag=True, help="Write the proposal into the configuration's schema_file.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it into this new file instead.")
def accept(run: str, config_path: Path, overrides: tuple[str, ...], write: bool, out: Path | None) -> None:
    """Print what would have to change in the schema for the data of RUN to fit, as a diff.

    Nothing is written without --write or --out. Accept a change only where the data are right and the schema is not.

    \b
    Examples:
      fusegate schema accept --config configs/lite.yaml
      fusegate schema accept 20260101-120000-000000 --config configs/lite.yaml --out schema/memes.pbtxt
      fusegate schema accept --config configs/lite.yaml --write

    \b
    Exit codes: 0 done, also where nothing has to change; 2 no such run, or a file that must not be written.
    """
    import difflib

    from components.errors import InputError
    from pipeline.find_run import find_run
    from pipeline.load_config import load_config

    config = load_config(config_path, overrides)
    run_id = find_run(config.output, run).name
    if write and out is None and config.schema_file is None:
        raise InputError(
            "--write needs a schema of your own. Received: no schema_file. Add --out FILE, and name it there"
        )
    if out is not None and out.exists():
        raise InputError(f"--out must be a new file. Received: {out}, which exists. Take another, or --write")
    _quiet_tensorflow()
    current, proposal = _propose(config, run_id)
    if current == proposal:
        click.echo(f"Nothing to accept: the data of run {run_id} fit the schema.")
        return
    click.echo(
        "".join(
            difflib.unified_diff(
                current.splitlines(keepends=True),
                proposal.splitlines(keepends=True),
                "schema",
                f"proposed for run {run_id}",
            )
        )
    )
    target = out or (config.schema_file if write else None)
    if target is None:
        click.echo("Nothing is written. Where the data are right, add --write, or --out FILE.")
    else:
        _hand_over(proposal, target)


def _names(config_path: Path | None, given: tuple[str, ...]) -> dict[str, str]:
    from components.errors import InputError

    names: dict[str, str] = {}
    if config_path is not None:
        from pipeline.load_config import load_config

        names = load_config(config_path).data.features.model_dump()
    for pair in given:
        ours, equals, theirs = pair.partition("=")
        if not equals or ours not in ("id", "image", "text", "label", "text_vector") or not theirs:
            raise InputError(
                "--feature takes OURS=THEIRS, and ours are id, image, text, label and text_vector. "
                f"Received: {pair!r}. Write it as image=picture"
            )
        names[ours] = theirs
    return names


def _quiet_tensorflow() -> None:
    from components.quiet import import_tensorflow, quiet_logs

    quiet_logs()
    import_tensorflow()


def _hand_over(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    click.echo(f"Written to {out}. Read it, commit it, and set schema_file: {out}")


def _propose(config: Config, run_id: str) -> tuple[str, str]:
    """Return the schema as it is, and as the data of a run ask for."""
    import ml_metadata as mlmd

    from components.schema_review.propose import propose_schema
    from pipeline import lineage, metadata
    from pipeline.run_anomalies import read_anomalies
    from pipeline.schema_text import schema_text

    nodes = lineage.read_run(mlmd.MetadataStore(metadata.connection_config(config)), run_id)
    anomalies = read_anomalies(nodes, run_id)
    current = schema_text(config)
    return current, propose_schema(current, anomalies.statistics, anomalies.features)
