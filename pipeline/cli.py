"""The `fusegate` command line: verbs are imported only when they are called."""

from __future__ import annotations

import sys

import click

from components.errors import FusegateError
from pipeline.commands.lazy_group import LazyGroup

VERBS = {
    "pack": ("pipeline.commands.pack", "Turn a manifest and its images into paired TFRecords."),
    "run": ("pipeline.commands.run", "Run the pipeline once: from spans to a gated, pushed model."),
    "retrain": ("pipeline.commands.retrain", "Train again if there is reason to: new spans, drift, age."),
    "predict": ("pipeline.commands.predict", "Score pairs with a pushed model."),
    "models": ("pipeline.commands.models", "List the versions that were pushed, and which is live."),
    "rollback": ("pipeline.commands.rollback", "Put an older version back."),
    "baseline": ("pipeline.commands.baseline", "Set a live model aside as the baseline."),
    "schedule": ("pipeline.commands.schedule", "Retrain by the clock: a timer, a crontab line, or in the foreground."),
    "gc": ("pipeline.commands.gc", "Remove old artifacts, runs and versions that nothing needs any more."),
    "receipt": ("pipeline.commands.receipt", "Show a decision's receipt, or verify it."),
    "quarantine": ("pipeline.commands.quarantine", "List, filter, count and export what was set apart."),
    "cache": ("pipeline.commands.cache", "Show, prune and verify the frozen encoders' vectors."),
    "schema": ("pipeline.commands.schema", "Propose a first schema, or a change of it, to be reviewed."),
    "doctor": ("pipeline.commands.doctor", "Find the faults of any Keras model and its arrays."),
    "kubeflow": (
        "pipeline.commands.kubeflow",
        "Compile, rehearse without a cluster, submit and schedule for Kubeflow.",
    ),
    "demo": ("pipeline.commands.demo", "Draw memes, pack them and run the pipeline on them."),
}


@click.command(cls=LazyGroup, verbs=VERBS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fusegate")
def cli() -> None:
    """Train image+text classifiers, and ship a fused model only when it beats its own parts.

    \b
    Examples:
      fusegate demo
      fusegate pack memes/manifest.jsonl --out data --span 1
      fusegate run --config configs/lite.yaml --set data.root=data

    \b
    Exit codes: 0 done, 1 failed, 2 bad input or configuration, 3 refused by the gate,
    4 another one works on the same output.
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
