"""The `fusegate` command line: verbs are imported only when they are called."""

from __future__ import annotations

import importlib
import sys

import click

from components.errors import FusegateError

VERBS = {
    "pack": ("pipeline.commands.pack", "Turn a manifest and its images into paired TFRecords."),
    "run": ("pipeline.commands.run", "Run the pipeline once: from spans to a gated, pushed model."),
    "predict": ("pipeline.commands.predict", "Score pairs with a pushed model."),
    "models": ("pipeline.commands.models", "List the versions that were pushed, and which is live."),
    "rollback": ("pipeline.commands.rollback", "Put an older version back."),
    "baseline": ("pipeline.commands.baseline", "Set a live model aside as the baseline."),
    "receipt": ("pipeline.commands.receipt", "Show a decision's receipt, or verify it."),
    "quarantine": ("pipeline.commands.quarantine", "List, filter, count and export what was set apart."),
    "schema": ("pipeline.commands.schema", "Propose a first schema, or a change of it, to be reviewed."),
    "doctor": ("pipeline.commands.doctor", "Find the faults of any Keras model and its arrays."),
    "demo": ("pipeline.commands.demo", "Draw memes, pack them and run the pipeline on them."),
}


class LazyGroup(click.Group):
    """A group that lists its verbs without importing the modules behind them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        return getattr(importlib.import_module(VERBS[name][0]), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fusegate")
def cli() -> None:
    """Train image+text classifiers, and ship a fused model only when it beats its own parts.

    \b
    Examples:
      fusegate demo
      fusegate pack memes/manifest.jsonl --out data --span 1
      fusegate run --config configs/lite.yaml --set data.root=data

    \b
    Exit codes: 0 done, 1 failed, 2 bad input or configuration, 3 refused by the gate.
    """


def main() -> None:
    """Entry point of the console script: maps Fusegate's errors to messages and exit codes."""
    try:
        sys.exit(cli(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. What was finished is kept; run the same command again to go on.", err=True)
        sys.exit(130)
    except FusegateError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
