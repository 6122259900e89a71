"""Which files an encoder's weights are, and what its vectors depend on, found without TensorFlow."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.encoders.preset_files import preset_files
from components.encoders.registry import ENCODERS, FLOAT32, GIVEN, IMAGENET, NONE, PACKAGE, RANDOM, PackageFiles
from components.encoders.spec import resolve_spec
from components.errors import InputError
from components.file_digest import file_digest

# Raise it when a change of code changes the vectors of any encoder: every cached vector is then computed anew.
REVISION = 1


def weight_files(spec: Mapping[str, Any]) -> tuple[Path, ...]:
    """Finds the files that a spec's weights lie in; none for weights that come from no file of the spec.

    Args:
        spec: The spec of an encoder; `weights` is a word of the registry or a path.

    Returns:
        The files, in a fixed order.

    Raises:
        InputError: The spec is wrong, the package is not installed, or a file is missing.
    """
    resolved = resolve_spec(spec)
    weights = resolved.get("weights", NONE)
    if weights in (NONE, IMAGENET, RANDOM):
        return ()
    entry = ENCODERS[resolved["encoder"]]
    if weights == PACKAGE and entry.package is not None:
        return tuple(_installed(resolved["encoder"], entry.package))
    if entry.preset:
        return preset_files(weights)
    place = Path(weights).expanduser()
    names = entry.package.names if entry.package and not entry.endings else None
    files = tuple(place / name for name in names) if names else (place,)
    for file in files:
        if not file.is_file():
            held = f"a folder that holds {', '.join(names)}" if names else "a file that exists"
            words = "".join(f", or {word!r}" for word in entry.weights)
            raise InputError(
                f"{resolved['encoder']}: weights must name {held}{words}. Received: {weights!r}, and no file {file}. "
                "Correct the path."
            )
    return files


def weights_digest(spec: Mapping[str, Any]) -> str:
    """Stands for an encoder's weights, cheaply enough for the moment when the graph is put together.

    Args:
        spec: The spec of an encoder.

    Returns:
        A sha256 in hex: of the file, of the names and digests of several files, of Keras's version and the encoder's
        name for `imagenet`, of the seed for `random`, of a named preset's handle and keras-hub's version (which settles
        the version of the presets that it knows by name).

    Raises:
        InputError: As `weight_files`.

    Example:
        >>> weights_digest({"encoder": "vgg16", "weights": "vgg16.weights.h5"})
        '0b3e4dd2…'
    """
    resolved = resolve_spec(spec)
    files = weight_files(resolved)
    if len(files) == 1:
        return file_digest(files[0])
    if files:
        folder = os.path.commonpath([file.parent for file in files])
        return _digest({file.relative_to(folder).as_posix(): file_digest(file) for file in files})
    source = {"weights": resolved.get("weights", NONE)}
    if source["weights"] == IMAGENET:
        source.update(encoder=resolved["encoder"], keras=importlib.metadata.version("keras"))
    elif source["weights"] == RANDOM:
        source.update(seed=resolved["seed"])
    elif source["weights"] != NONE:
        source.update({"keras-hub": importlib.metadata.version("keras-hub")})
    return _digest(source)


def encoder_fingerprint(spec: Mapping[str, Any]) -> str:
    """Stands for everything that an encoder's vectors depend on; equal to the built encoder's `fingerprint`.

    One differs: a keras-hub preset by name may change where it is published, and what it holds is known only once it
    is loaded, so the built encoder's fingerprint has the digest of its weights as well.

    Args:
        spec: The spec of an encoder.

    Returns:
        A sha256 in hex of the architecture's name, the weights, the preprocessing, the pooling and the dtype. Where the
        weights lie does not count, nor does a seed that is not used. Of vectors that come with the data, `given-WIDTH`.

    Raises:
        InputError: As `weight_files`.
    """
    resolved = resolve_spec(spec)
    if resolved["encoder"] == GIVEN:
        return f"{GIVEN}-{resolved['width']}"
    parts = {"dtype": FLOAT32} | {key: value for key, value in resolved.items() if key not in ("weights", "seed")}
    return _digest({**parts, "weights": weights_digest(resolved), "revision": REVISION})


def _installed(encoder: str, package: PackageFiles) -> list[Path]:
    try:
        distribution = importlib.metadata.distribution(package.distribution)
    except importlib.metadata.PackageNotFoundError as error:
        raise InputError(
            f"{encoder}: weights 'package' are read from the package {package.distribution}. "
            f"Received: it is not installed. Install it without its dependencies, or set weights to a path."
        ) from error
    files = [Path(str(distribution.locate_file(f"{package.folder}/{name}"))) for name in package.names]
    for file in files:
        if not file.is_file():
            raise InputError(
                f"{encoder}: the package {package.distribution} holds {package.folder}/{file.name}. "
                f"Received: version {distribution.version} without it. Install the version that is locked."
            )
    return files


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
