"""Read a compiled pipeline's file, as the backend reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from components.errors import InputError
from pipeline.kubeflow.backend_rules import check_rules
from pipeline.kubeflow.compiled import Compiled


def read_compiled(path: Path) -> Compiled:
    """Read a file that `fusegate kubeflow compile`, or KFP's own compiler, wrote.

    Args:
        path: The YAML file, of one document or two.

    Raises:
        InputError: There is no such file, or it is not YAML of one specification and at most one `platforms` document.
        RefusedByBackend: The open-source backend would refuse it.
    """
    if not path.is_file():
        raise InputError(f"a compiled pipeline must be a file. Received: {path}. Compile it first")
    try:
        documents = [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            f"a compiled pipeline must be YAML in UTF-8. Received: {path} ({error}). Compile it"
        ) from error
    specs = [each for each in documents if _is_spec(each)]
    others = [each for each in documents if not _is_spec(each)]
    if len(specs) != 1 or len(others) > 1 or any(not isinstance(each, dict) for each in others):
        raise InputError(
            "a compiled pipeline must be one specification and at most one document of platforms. "
            f"Received: {path} with {len(specs)} and {len(others)}. Compile it again"
        )
    compiled = Compiled(specs[0], others[0] if others else None)
    check_rules(compiled)
    return compiled


def _is_spec(document: Any) -> bool:
    return isinstance(document, dict) and "pipelineInfo" in document and "root" in document
