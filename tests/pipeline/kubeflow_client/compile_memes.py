"""A small pipeline, compiled by kfp's own compiler."""

from pathlib import Path

from kfp import compiler, dsl

# The annotations below are read by kfp, so they may not be put off until later.


def compile_memes(path: Path, image: str = "localhost/memes:1", name: str = "memes") -> Path:
    """Compile a pipeline of one task whose parameters have every type; `data_root` alone has no default."""

    @dsl.container_component
    def train(data_root: str, span: str, epochs: int, min_gain: float, warm_start: bool):
        return dsl.ContainerSpec(image=image, command=["true"], args=[data_root, span, epochs, min_gain, warm_start])

    @dsl.pipeline(name=name)
    def memes(
        data_root: str,
        span: str = "latest",
        epochs: int = 5,
        min_gain: float = 0.0,
        warm_start: bool = False,
        slices: list = [],  # noqa: B006
        card: dict = {},  # noqa: B006
    ):
        train(data_root=data_root, span=span, epochs=epochs, min_gain=min_gain, warm_start=warm_start)

    compiler.Compiler().compile(memes, str(path))
    return path
