"""Loads parts of keras-hub presets: configurations in JSON, weights and vocabularies, never code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import keras
import keras_hub

from components.encoders.preset_files import preset_folder
from components.errors import InputError

Part = TypeVar("Part")


def load_backbone(encoder: str, preset: str) -> keras.Model:
    """Loads a preset's backbone in float32, whatever it was saved in.

    Args:
        encoder: The encoder's name, for errors.
        preset: The preset's name, its handle, or its folder.

    Raises:
        InputError: As `load_part`.
    """
    return load_part(encoder, preset, keras_hub.models.Backbone.from_preset, dtype="float32")


def load_part(encoder: str, preset: str, from_preset: Callable[..., Part], **options: Any) -> Part:
    """Loads a part of a preset: its backbone, its tokenizer or its image converter.

    Keras makes only classes of Keras and keras-hub from the preset's JSON, and no lambdas.

    Args:
        encoder: The encoder's name, for errors.
        preset: The preset's name, its handle, or its folder.
        from_preset: The `from_preset` of the part's class.
        options: Passed on to it.

    Raises:
        InputError: There is no such preset, it cannot be downloaded, lacks the part or cannot be read.
    """
    folder = preset_folder(preset)
    try:
        return from_preset(str(folder or preset), **options)
    except Exception as error:  # keras-hub, kagglehub, requests and h5py raise a dozen types
        rule = (
            "a folder must hold a whole keras-hub preset of this kind, without lambdas or custom classes"
            if folder
            else "a preset by name or handle is downloaded on first use"
        )
        fix = (
            "Save it anew: backbone, and tokenizer or image converter, each with save_to_preset."
            if folder
            else "Correct the name, or go online once, or download the preset elsewhere and name its folder."
        )
        raise InputError(
            f"{encoder}: {rule}. Received: {preset!r} ({type(error).__name__}: {_first_line(error)}). {fix}"
        ) from error


def loaded_fingerprint(fingerprint: str, preset: str, backbone: keras.Model) -> str:
    """Adds the digest of what was loaded to the fingerprint of a named preset; a folder's has it already.

    Args:
        fingerprint: Of the spec.
        preset: The preset's name, its handle, or its folder.
        backbone: With its weights.
    """
    if preset_folder(preset):
        return fingerprint
    digest = hashlib.sha256(fingerprint.encode())
    for variable in backbone.weights:
        digest.update(keras.ops.convert_to_numpy(variable).tobytes())
    return digest.hexdigest()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
