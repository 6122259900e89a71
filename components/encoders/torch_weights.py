"""Reads the tensors of a PyTorch weights file without PyTorch, and without running anything that the file asks for.

The format is that of `torch.save` before its zip files: five pickles (magic number, protocol, system, the state dict,
the keys of the storages), then each storage's length and raw numbers. A pickle is a program, so this one may use only
the opcodes that a state dict needs, and may name only ordered dicts, tensors and storages; all of these are built here.
"""

from __future__ import annotations

import math
import pickle
import pickletools
import struct
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from components.errors import InputError

MAX_BYTES = 1 << 30
_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8"}
# fmt: off
_OPCODES = frozenset({
    "PROTO", "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE",
    "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_DICT",
    "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET",
    "GLOBAL", "REDUCE", "BUILD", "BINPERSID",
})
# fmt: on


class _Storage(NamedTuple):
    key: str
    dtype: str
    length: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def read_torch_weights(path: Path) -> dict[str, np.ndarray]:
    """Reads a state dict.

    Args:
        path: A `.pth` file in PyTorch's format before its zip files, of at most 1 GiB.

    Returns:
        Arrays by name, as PyTorch lays them out.

    Raises:
        InputError: The file is too big, damaged, of another format, or asks for anything but tensors.

    Example:
        >>> read_torch_weights(Path("efficientnet-lite0.pth"))["_conv_stem.weight"].shape
        (32, 3, 3, 3)

    Reference:
        PyTorch, `torch/serialization.py`, `_legacy_load`.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InputError(f"A weights file has at most {MAX_BYTES} bytes. Received: {path} with {size}. Take another.")
    try:
        return _read(path.read_bytes())
    except Exception as error:  # a damaged pickle may raise anything
        raise InputError(
            "A .pth file must hold a state dict of tensors and nothing else, as torch.save(..., "
            f"_use_new_zipfile_serialization=False) writes it. Received: {path} ({type(error).__name__}: {error}). "
            "Take an undamaged file from a source that you trust."
        ) from error


def _read(content: bytes) -> dict[str, np.ndarray]:
    stream = BytesIO(content)
    if _unpickle(stream) != _MAGIC or _unpickle(stream) != _PROTOCOL:
        raise ValueError("not the format before zip files")
    if _unpickle(stream)["little_endian"] is not True:
        raise ValueError("numbers are not little-endian")
    tensors, keys = _unpickle(stream), _unpickle(stream)
    if not isinstance(tensors, dict) or not all(isinstance(tensor, _Tensor) for tensor in tensors.values()):
        raise ValueError("not a dict of tensors")
    lengths = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    storages = {key: _storage(stream, lengths[key]) for key in keys}
    return {str(name): _array(tensor, storages[tensor.storage.key]) for name, tensor in tensors.items()}


def _storage(stream: BytesIO, storage: _Storage) -> np.ndarray:
    (length,) = struct.unpack("<q", stream.read(8))
    if length != storage.length or length < 0:
        raise ValueError(f"storage {storage.key} has {length} numbers, not {storage.length}")
    data = stream.read(length * np.dtype(storage.dtype).itemsize)
    return np.frombuffer(data, dtype=storage.dtype, count=length)


def _array(tensor: _Tensor, storage: np.ndarray) -> np.ndarray:
    """Cuts a tensor out of its storage, within its bounds; axes may lie there in any order."""
    layout = (tensor.shape, tensor.stride, tensor.offset)
    if len(tensor.stride) != len(tensor.shape) or min((tensor.offset, *tensor.shape, *tensor.stride)) < 0:
        raise ValueError(f"a tensor of shape, stride and offset {layout}")
    last = tensor.offset + sum(
        (length - 1) * stride for length, stride in zip(tensor.shape, tensor.stride, strict=True)
    )
    # The count is bounded too: a stride of 0 would repeat one number without end.
    if last >= len(storage) or math.prod(tensor.shape) > len(storage):
        raise ValueError(f"a tensor of shape, stride and offset {layout} in {len(storage)} numbers")
    strides = [stride * storage.itemsize for stride in tensor.stride]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides).copy()


def _unpickle(stream: BytesIO) -> Any:
    """Runs one pickle, once each of its opcodes is known to be harmless."""
    start = stream.tell()
    for opcode, argument, _ in pickletools.genops(stream):
        if opcode.name not in _OPCODES:
            raise pickle.UnpicklingError(f"opcode {opcode.name} is not allowed")
        # The unpickler allocates a table as long as the highest index, however short the file.
        if opcode.name == "LONG_BINPUT" and int(argument or 0) > stream.getbuffer().nbytes:
            raise pickle.UnpicklingError(f"memo index {argument} is beyond the file")
    stream.seek(start)
    return _TensorUnpickler(stream).load()


class _TensorUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild()
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, length, view = pid
        if kind != "storage" or dtype not in _STORAGES.values() or view is not None:
            raise pickle.UnpicklingError(f"a storage {pid!r}")
        return _Storage(str(key), dtype, int(length))


def _rebuild() -> Callable[..., _Tensor]:
    """A builder made for one reading: whatever a pickle does to it (BUILD sets attributes) ends with that reading."""

    def build(storage: Any, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> _Tensor:
        if not isinstance(storage, _Storage):
            raise pickle.UnpicklingError("a tensor without a storage")
        return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, stride)))

    return build
