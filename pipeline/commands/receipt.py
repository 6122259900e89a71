"""`fusegate receipt`: show a decision, or compute it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.printable import printable


@click.group(short_help="Show a decision's receipt, or verify it.")
def receipt() -> None:
    """Why a candidate was pushed or refused.

    \b
    Examples:
      fusegate receipt show .fusegate/lite/models/1795543937
      fusegate receipt verify .fusegate/lite/models/1795543937
    """


@receipt.command(short_help="Print a receipt.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as it is stored.")
def show(folder: Path, as_json: bool) -> None:
    """Print the receipt of FOLDER: a pushed version, a run's folder or a receipt's own.

    \b
    Examples:
      fusegate receipt show .fusegate/lite/models/1795543937
      fusegate receipt show .fusegate/lite/runs/20260101-120000-000000 --json

    \b
    Exit codes: 0 done; 2 no receipt there.
    """
    import json

    from components.receipt.find import find_receipt
    from components.receipt.store import read_receipt

    told = read_receipt(find_receipt(folder).folder)
    if as_json:
        click.echo(json.dumps(told, indent=2, sort_keys=True))
        return
    served = f", {told['served']} is served" if told["served"] else ""
    click.echo(f"{told['verdict']}{served}; {told['run']['pipeline']}, run {printable(told['run']['run_id'])}")
    for sentence in (*told["reasons"], *told["smallest_change"], f"Baseline: {told['baseline']['said']}."):
        click.echo(f"  {printable(sentence)}")
    overall = told["figures"]["candidate"]["overall"]
    if overall["detectable_gain"] is not None:
        pairs, least = overall["pairs"], overall["detectable_gain"]
        click.echo(f"  The smallest gain that {pairs:,.0f} test pairs can show: {least:+.3f}.")
    click.echo("")
    for rule in told["rules"]:
        click.echo(f"  {_result(rule['passed']):<9}{printable(_rule(rule))}")
    for finding in told["serving"]["findings"]:
        said = printable(f"{finding['name']}: {finding['said']}")
        click.echo(f"  {_result(finding['passed']):<9}serving, {said}")


@receipt.command(short_help="Compute a receipt again from what is stored.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(folder: Path) -> None:
    """Compute the receipt of FOLDER again, offline: a pushed version, a run's folder or a receipt's own.

    Figures and rules are computed from the stored scores and settings, the verdict from the rules; a pushed version's
    model and record are compared with them.

    \b
    Examples:
      fusegate receipt verify .fusegate/lite/models/1795543937

    \b
    Exit codes: 0 all agrees; 1 something does not; 2 no receipt there, or it cannot be read.
    """
    from components.errors import EXIT_FAILED
    from components.quiet import import_tensorflow, quiet_logs

    quiet_logs()
    import_tensorflow()
    from components.receipt.find import find_receipt
    from components.receipt.verify import verify_receipt

    found = find_receipt(folder)
    checks = verify_receipt(found.folder, found.pushed)
    for check in checks:
        click.echo(f"{'agrees' if check.agrees else 'DIFFERS':<9}{check.name}: {printable(check.said)}")
    wrong = [check.name for check in checks if not check.agrees]
    if wrong:
        click.echo(f"\n{len(wrong)} of {len(checks)} checks differ: {', '.join(wrong)}.")
        raise SystemExit(EXIT_FAILED)
    click.echo(f"\nAll {len(checks)} checks agree.")


def _result(passed: bool | None) -> str:
    if passed is None:
        return "not asked"
    return "passed" if passed else "FAILED"


def _rule(rule: dict[str, Any]) -> str:
    from components.evaluator.rules import SIGNS

    read = "its lower bound " if rule["reads"] == "lower" else ""
    value = "not measured" if rule["value"] is None else f"{rule['value']:+.3f}"
    bounds = "" if rule["lower"] is None else f" ({rule['lower']:+.3f} to {rule['upper']:+.3f})"
    place = f"{rule['key']}, {rule['output']}, {rule['slice']}"
    return f"{place}: {value}{bounds}, {read}wanted {SIGNS[rule['direction']]} {rule['threshold']:+.3f}"
