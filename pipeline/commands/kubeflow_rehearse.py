"""`fusegate kubeflow rehearse`: a compiled pipeline without a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.rehearse.engine import Engine
    from pipeline.rehearse.run_task import TaskResult


@click.command(short_help="Run a compiled pipeline without a cluster.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--root", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of all of it.")
@click.option("--param", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the run.")
@click.option("--volume", "volumes", multiple=True, metavar="CLAIM=DIR", help="Folder that a claim stands for.")
@click.option("--engine", type=click.Choice(["process", "podman"]), default="process", show_default=True)
@click.option("--podman", "podman_options", multiple=True, metavar="OPTION", help="An option of podman run.")
@click.option("--podman-global", "podman_globals", multiple=True, metavar="OPTION", help="An option of podman itself.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Most tasks at once.")
@click.pass_context
def rehearse(
    ctx: click.Context,
    file: Path,
    root: Path,
    parameters: tuple[str, ...],
    volumes: tuple[str, ...],
    engine: str,
    podman_options: tuple[str, ...],
    podman_globals: tuple[str, ...],
    jobs: int,
) -> None:
    """Run the compiled pipeline FILE as Kubeflow's open-source backend would, task by task.

    Every task gets what the backend's driver would write for it, in a process or a container of its own, with its
    inputs copied from an object store in a folder and its outputs copied back. What the backend refuses is refused. The
    claim `fusegate` is the folder ROOT/volumes/fusegate: lay the data there, or name another with --volume. A secret is
    a file ROOT/secrets/NAME/KEY. The same command again goes on with what the backend's cache would answer.

    \b
    Examples:
      fusegate kubeflow rehearse pipeline.yaml --root rehearsal
      fusegate kubeflow rehearse pipeline.yaml --root rehearsal --param epochs=5 --param span=2
      fusegate kubeflow rehearse pipeline.yaml --root rehearsal --engine podman --jobs 2

    \b
    Exit codes: 0 every task succeeded; 1 one failed; 2 the backend would refuse the file, or a bad parameter.
    """
    import signal

    from components.errors import InputError
    from pipeline.kubeflow.read_compiled import read_compiled
    from pipeline.rehearse.rehearse import rehearse as run
    from pipeline.rehearse.settings import RehearsalSettings

    folders = {}
    for volume in volumes:
        claim, equals, folder = volume.partition("=")
        if not equals or not Path(folder).is_dir():
            raise InputError(f"--volume takes CLAIM=DIR, of a folder that is there. Received: {volume!r}. Make it")
        folders[claim] = Path(folder)
    settings = RehearsalSettings(root, parameters, folders, jobs)
    # As a Ctrl-C, so that no container outlives this.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    done = run(read_compiled(file), settings, _engine(engine, podman_options, podman_globals), _say)
    failed = [result for result in done.results if result.state == "failed"]
    cached = sum(result.state == "cached" for result in done.results)
    click.echo(
        f"{len(done.results)} tasks, {cached} of them from the cache, {len(failed)} failed; {done.seconds:.0f} s"
    )
    click.echo(f"Run     {done.run_id}\nLogs    {done.folder}")
    if report := done.artifacts.get("Report", {}).get("report"):
        click.echo(f"Report  {report / 'report.html'}")
    for result in failed:
        click.echo(f"Error: {result.error}", err=True)
    ctx.exit(0 if done.succeeded else 1)


def _engine(name: str, options: tuple[str, ...], globals_: tuple[str, ...]) -> Engine:
    if name == "podman":
        from pipeline.rehearse.podman_engine import PodmanEngine

        return PodmanEngine(options, globals_)
    from pipeline.rehearse.process_engine import ProcessEngine

    return ProcessEngine()


def _say(result: TaskResult) -> None:
    tries = f", {result.attempts} attempts" if result.attempts > 1 else ""
    click.echo(f"  {result.name:<18}{result.state:<9}{result.seconds:6.1f} s{tries}")
