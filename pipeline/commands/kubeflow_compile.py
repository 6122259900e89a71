"""`fusegate kubeflow compile`: a configuration's graph as KFP's YAML."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Compile a configuration's graph into KFP's YAML.")
@click.option("--config", "config_path", required=True, type=click.Path(path_type=Path), help="A YAML configuration.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key, as train.epochs=5.")
@click.option("--image", help="The containers' image, best by digest; kubeflow.image if not given.")
@click.option("--out", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def compile(config_path: Path, overrides: tuple[str, ...], image: str | None, out: Path) -> None:
    """Compile the same graph that `fusegate run` runs into a file that Kubeflow Pipelines or Vertex AI takes.

    What an operator changes from run to run becomes a parameter; its default is what the configuration says.

    \b
    Examples:
      fusegate kubeflow compile --config configs/lite.yaml --image registry.example/fusegate:1 --out pipeline.yaml
      fusegate kubeflow compile --config configs/lite.yaml --image fusegate:1 --out p.yaml --set gate.min_auc=0.7

    \b
    Exit codes: 0 written; 1 failed; 2 bad input or configuration.
    """
    from pipeline.load_config import load_config

    config = load_config(config_path, overrides)

    from components.durable import write_durably
    from components.quiet import import_tensorflow, quiet_logs

    quiet_logs()
    import_tensorflow()

    from pipeline.kubeflow.compile_pipeline import compile_pipeline

    compiled = compile_pipeline(config, image)
    write_durably(out, compiled.to_yaml())
    click.echo(f"{out}: pipeline {config.name}, {len(compiled.tasks)} nodes, digest {compiled.digest}")
    for name, parameter in sorted(compiled.parameters.items()):
        click.echo(f"  {name:<10} {parameter['defaultValue']!s:<32} {parameter['description']}")
