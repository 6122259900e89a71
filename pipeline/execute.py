"""Run a configuration, write its report, and say on the terminal how it ended."""

from __future__ import annotations

import functools
import logging
import time

import click

from components.errors import EXIT_REFUSED
from components.lasting_imports import lasting_imports
from components.quiet import import_tensorflow, quiet_logs
from pipeline.config import Config
from pipeline.report.run_summary import FeatureCounts, Rule, RunSummary

REPORT_FILE = "report.html"
SUMMARY_FILE = "summary.json"


def execute(config: Config) -> int:
    """Run the pipeline once, with progress on the terminal and a report at the end.

    Args:
        config: The configuration.

    Returns:
        The exit code: 0, or 3 where the gate refused the model.

    Raises:
        FusegateError: If the run failed; its report is written first.
    """
    quiet_logs()
    _say_own_log()
    click.echo(f"Pipeline {config.name}: starting TFX (10 to 25 s)")
    started = time.monotonic()
    _import_once()

    from pipeline.local import run_local
    from pipeline.report.page import write_report
    from pipeline.summarize import summarize

    imported = time.monotonic() - started
    run = run_local(config, click.echo)
    summary = summarize(run)
    summary.save(run.folder / SUMMARY_FILE)
    report = write_report(summary, run.folder / REPORT_FILE)
    if run.failure is not None:
        click.echo(f"Report  {report}", err=True)
        raise run.failure
    cached = sum(node.cached for node in summary.nodes)
    click.echo(
        f"{len(summary.nodes)} nodes, {cached} of them from TFX's cache; "
        f"{summary.seconds or 0:.0f} s, and {imported:.0f} s of imports"
    )
    click.echo(_closing(summary))
    click.echo(f"Report  {report}")
    return EXIT_REFUSED if summary.verdict == "refused" else 0


@functools.cache
def _import_once() -> None:
    """Import what a run needs: once only, so that what later runs of the same process leave behind is collected."""
    with lasting_imports():
        import_tensorflow()

        import pipeline.local
        import pipeline.report.page
        import pipeline.summarize  # noqa: F401


def _say_own_log() -> None:
    """Show what Fusegate's components log: the libraries' own loggers stay quiet."""
    logger = logging.getLogger("fusegate")
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("    %(message)s"))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def _rule(rule: Rule) -> str:
    if rule.passed is None:
        return f"not asked: {rule.name}"
    found = "not measured" if rule.value is None else f"{rule.value:+.3f}"
    return f"{'passed' if rule.passed else 'FAILED'}: {rule.name}: {found}, wanted {rule.threshold}"


def _features(half: str, counts: FeatureCounts) -> str:
    """What one encoder had to do, in a line."""
    kept = "" if counts.hits is None else f", {counts.hits:,} from the feature cache"
    return f"{half:<8}{counts.encoded:,} encoded{kept}"


def _closing(summary: RunSummary) -> str:
    """The verdict, the AUCs, the gain and where everything lies."""
    lines = ["", summary.headline]
    lines += [f"  {_rule(rule)}" for rule in summary.rules]
    lines += [f"  {remark}" for remark in (summary.baseline, *summary.reasons, *summary.notes) if remark]
    lines += ["", f"{'AUC on test':<14}{'value':>7}   bounds"]
    lines += [
        f"  {name:<12}{auc.value:>7.3f}   {auc.lower:.3f} to {auc.upper:.3f}" for name, auc in summary.aucs.items()
    ]
    if summary.gain is not None:
        gain = summary.gain.difference
        lines.append(
            f"  {'gain':<12}{gain.value:>+7.3f}   {gain.lower:+.3f} to {gain.upper:+.3f}, over {summary.gain.best_part}"
        )
    lines.append("")
    lines += [_features(half, counts) for half, counts in summary.features.items()]
    lines += [f"{name:<8}{path}" for name, path in summary.paths.items()]
    return "\n".join(lines)
