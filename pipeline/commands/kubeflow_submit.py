"""`fusegate kubeflow submit|schedule|runs|pause`: runs of a compiled pipeline on a Kubeflow server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipeline.kubeflow_client.client import Client
    from pipeline.kubeflow_client.order import Order
    from pipeline.kubeflow_client.runs import Row

NOTHING = "–"


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_server = _options(
    click.option(
        "--host", envvar="KF_PIPELINES_ENDPOINT", default="", help="Address of the API.  [env: KF_PIPELINES_ENDPOINT]"
    ),
    click.option("--namespace", default="", help="The user's namespace, where several users share the server."),
    click.option(
        "--token-file",
        type=click.Path(path_type=Path),
        help="File with the bearer token, read for each request.  [default: environment variable KF_PIPELINES_TOKEN]",
    ),
    click.option("--ca-file", type=click.Path(path_type=Path), help="Certificates to trust, in PEM."),
    click.option(
        "--timeout", type=click.IntRange(min=1), default=30, show_default=True, help="Seconds to wait for an answer."
    ),
)

_order = _options(
    click.argument("pipeline", type=click.Path(path_type=Path), metavar="PIPELINE.yaml"),
    click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the run."),
    click.option("--span", help="The newest span to train on, or latest; the same as --param span=."),
    click.option("--experiment", help="Experiment to show it in.  [default: the pipeline's name]"),
    click.option("--service-account", help="Kubernetes service account of its pods.  [default: the server's]"),
    click.option("--pipeline-root", help="Where its artifacts go.  [default: as compiled, or the server's]"),
    click.option("--dry-run", is_flag=True, help="Check everything, print what would be sent, and send nothing."),
)


@click.command(short_help="Start one run.")
@_order
@_server
@click.option("--name", help="The run's name.  [default: the pipeline's name and the time]")
@click.option("--wait", "waits", is_flag=True, help="Wait until it has ended, and leave with how it did.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0, min_open=True),
    default=15,
    show_default=True,
    help="Seconds between two looks at the run.",
)
@click.option("--max-wait", type=click.FloatRange(min=0), help="Most seconds to wait.  [default: for ever]")
@click.pass_context
def submit(
    ctx: click.Context, name: str | None, waits: bool, poll: float, max_wait: float | None, **options: Any
) -> None:
    """Start one run of PIPELINE.yaml, which `fusegate kubeflow compile` made.

    The file is uploaded as a new version of its pipeline, unless the server has the same content already. Parameters
    are checked against the file before anything is sent.

    \b
    Examples:
      fusegate kubeflow submit pipeline.yaml --host http://localhost:8888 --span 7
      fusegate kubeflow submit pipeline.yaml --param epochs=20 --param min_gain=0.01 --dry-run
      fusegate kubeflow submit pipeline.yaml --host https://kubeflow.example/pipeline --namespace memes --wait

    \b
    Exit codes: 0 submitted, with --wait succeeded; 1 the run or the server failed; 2 bad input, or refused by the
    server. Whether the gate let the model through is in the run's receipt.
    """
    order = _make_order(name, options, stamp=True)
    if options["dry_run"]:
        _show(order)
        return
    client = _connect(options)
    from pipeline.kubeflow_client.submit import submit as send

    version, run = send(client, order)
    _say_version(order, version.reused)
    click.echo(f"Run {run.run_id} is submitted: {options['host'].rstrip('/')}/#/runs/details/{run.run_id}")
    if waits:
        ctx.exit(_wait(client, run.run_id, poll, max_wait))


@click.command(short_help="Run it again and again.")
@_order
@_server
@click.option("--cron", required=True, help="When: minute, hour, day of month, month, day of week.")
@click.option("--name", help="The schedule's name.  [default: the pipeline's name]")
@click.option("--max-concurrency", type=click.IntRange(1, 10), default=1, show_default=True, help="Runs at once.")
@click.option("--catch-up", is_flag=True, help="Start a run for every time that was missed.")
@click.option("--replace", is_flag=True, help="Pause what has this name now, and take its place.")
def schedule(cron: str, name: str | None, max_concurrency: int, catch_up: bool, replace: bool, **options: Any) -> None:
    """Start a run of PIPELINE.yaml at each time of a cron expression.

    The times are those of the time zone of the cluster's scheduler, UTC unless its CRON_SCHEDULE_TIMEZONE says
    otherwise. A schedule keeps the version of the pipeline that it was made with: --replace brings a newer one. The
    same command given twice makes one schedule.

    \b
    Examples:
      fusegate kubeflow schedule pipeline.yaml --host http://localhost:8888 --cron "30 3 * * *"
      fusegate kubeflow schedule pipeline.yaml --cron "0 6 * * mon-fri" --span latest --replace --dry-run

    \b
    Exit codes: 0 scheduled, also where it was already; 1 the server failed; 2 bad input, or refused by the server.
    """
    from pipeline.kubeflow_client.cron import to_kubeflow_cron

    order = _make_order(
        name,
        options,
        cron=to_kubeflow_cron(cron),
        max_concurrency=max_concurrency,
        no_catchup=not catch_up,
    )
    if options["dry_run"]:
        _show(order)
        return
    client = _connect(options)
    from pipeline.kubeflow_client.schedule import schedule as send

    done = send(client, order, replace=replace)
    _say_version(order, done.version.reused)
    for each in done.paused:
        click.echo(f"Paused: {each}")
    click.echo(f"Schedule {done.run_id} {'was on already' if done.reused else 'is on'}: {order.cron}")


@click.command(short_help="List runs and schedules with their states.")
@_server
@click.option("--experiment", help="List those of one experiment.")
@click.option("--schedules", is_flag=True, help="List the schedules instead.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most runs to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def runs(experiment: str | None, schedules: bool, limit: int, as_json: bool, **options: Any) -> None:
    """List the runs, the newest first, or the schedules, with their states.

    \b
    Examples:
      fusegate kubeflow runs --host http://localhost:8888
      fusegate kubeflow runs --host http://localhost:8888 --experiment memes --limit 5 --json
      fusegate kubeflow runs --host http://localhost:8888 --schedules

    \b
    Exit codes: 0 done, also where there is none; 1 the server failed; 2 bad input, or refused by the server.
    """
    client = _connect(options)
    from pipeline.kubeflow_client.runs import list_runs, list_schedules

    rows = list_schedules(client, experiment) if schedules else list_runs(client, experiment, limit)
    if as_json:
        import dataclasses
        import json

        for row in rows:
            click.echo(json.dumps(dataclasses.asdict(row)))
        return
    click.echo(f"{len(rows)} {'schedules' if schedules else 'runs'} on {options['host']}")
    if rows:
        _print_table(rows, schedules)


@click.command(short_help="Pause a schedule, or let it go on.")
@click.argument("which", metavar="SCHEDULE")
@_server
@click.option("--experiment", help="Experiment that it is in, where its name is not enough.")
@click.option("--resume", is_flag=True, help="Let it go on.")
def pause(which: str, experiment: str | None, resume: bool, **options: Any) -> None:
    """Pause SCHEDULE, given by its id or its name. A run that is under way goes on.

    With --resume it goes on; a time that was missed meanwhile is made up for once, by the latest.

    \b
    Examples:
      fusegate kubeflow pause memes --host http://localhost:8888
      fusegate kubeflow pause memes --host http://localhost:8888 --resume

    \b
    Exit codes: 0 done, also where it was so already; 1 the server failed; 2 no such schedule, or refused.
    """
    client = _connect(options)
    from pipeline.kubeflow_client.pause import pause as switch

    row = switch(client, which, experiment, resume=resume)
    click.echo(f"Schedule {row.id} ({row.name}) is {'on' if resume else 'paused'}.")


def _make_order(name: str | None, options: dict[str, Any], *, stamp: bool = False, **times: Any) -> Order:
    from datetime import datetime, timezone

    from pipeline.kubeflow_client.order import Order
    from pipeline.kubeflow_client.parameters import check_parameters
    from pipeline.kubeflow_client.pipeline_file import PipelineFile

    compiled = PipelineFile.read(options["pipeline"])
    given = [*options["given"], *([f"span={options['span']}"] if options["span"] is not None else [])]
    now = f" {datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S}" if stamp else ""
    return Order(
        compiled=compiled,
        name=name or f"{compiled.name}{now}",
        experiment=options["experiment"] or compiled.name,
        parameters=check_parameters(compiled, given),
        service_account=options["service_account"],
        pipeline_root=options["pipeline_root"],
        **times,
    )


def _connect(options: dict[str, Any]) -> Client:
    from pipeline.kubeflow_client.access import Access

    access = Access(
        host=options["host"].rstrip("/"),
        namespace=options["namespace"],
        token_file=options["token_file"],
        ca_file=options["ca_file"],
        timeout=options["timeout"],
    )
    from pipeline.kubeflow_client.client import Client

    return Client(access)


def _show(order: Order) -> None:
    import yaml

    click.echo("Nothing is sent. This would be:")
    click.echo(yaml.safe_dump(order.shown(), sort_keys=False, allow_unicode=True), nl=False)


def _say_version(order: Order, reused: bool) -> None:
    state = "was there already" if reused else "is uploaded"
    click.echo(f"Pipeline {order.compiled.name}, content sha256:{order.compiled.digest[:16]}, {state}.")


def _wait(client: Client, run_id: str, poll: float, limit: float | None) -> int:
    from components.errors import EXIT_FAILED
    from pipeline.kubeflow_client.wait import SUCCEEDED, failures_of, wait

    run = wait(client, run_id, click.echo, poll=poll, limit=limit)
    for line in failures_of(run):
        click.echo(f"Failed: {line}", err=True)
    return 0 if run.state == SUCCEEDED else EXIT_FAILED


def _print_table(rows: list[Row], schedules: bool) -> None:
    from pipeline.printable import printable

    columns = ("id", "name", "state", "created_at", "cron" if schedules else "finished_at")
    lines = [columns, *([printable(getattr(row, column) or NOTHING) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
