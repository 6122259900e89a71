"""The schema that a configuration names, with its slice columns."""

from __future__ import annotations

from pathlib import Path

from components.errors import InputError
from components.paired_example_gen.slice_schema import add_slices
from pipeline.config import Config

DEFAULT_SCHEMA = Path(__file__).parents[1] / "schema" / "schema.pbtxt"


def schema_text(config: Config) -> str:
    """Return the schema in text form.

    Raises:
        InputError: There is no such file, or it cannot be read.
    """
    source = config.schema_file or DEFAULT_SCHEMA
    if not source.is_file():
        raise InputError(f"schema_file must be a file. Received: {source}. Give a schema in text form")
    return add_slices(source.read_text(encoding="utf-8"), config.data.slices)
