from __future__ import annotations

import io
import os
import pickle
import struct
import sys
import types
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.encoders.torch_weights import read_torch_weights
from components.errors import InputError

MAGIC = 0x1950A86A20F9469CFC6C
SYSTEM = {"protocol_version": 1001, "little_endian": True}


class FloatStorage:
    pass


def _rebuild_tensor_v2():
    pass


class Storage:
    def __init__(self, key, length):
        self.key, self.length = key, length


class Tensor:
    def __init__(self, storage, offset, shape, stride):
        self.arguments = (storage, offset, shape, stride, False, None)

    def __reduce__(self):
        return _rebuild_tensor_v2, self.arguments


class Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return ("storage", FloatStorage, value.key, "cpu", value.length, None) if isinstance(value, Storage) else None


@pytest.fixture(scope="module", autouse=True)
def torch_names():
    """Modules by PyTorch's names, which pickling looks the written names up in; reading must not need them."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage, utils._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2
    FloatStorage.__module__, _rebuild_tensor_v2.__module__ = "torch", "torch._utils"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", utils)
        yield


def dumps(value) -> bytes:
    stream = io.BytesIO()
    Pickler(stream, protocol=2).dump(value)
    return stream.getvalue()


def written(state, numbers=tuple(range(24)), keys=("k",), length=None) -> bytes:
    head = b"".join(pickle.dumps(value, protocol=2) for value in (MAGIC, 1001, SYSTEM))
    body = state if isinstance(state, bytes) else dumps(state)
    data = struct.pack("<q", len(numbers) if length is None else length) + np.array(numbers, "<f4").tobytes()
    return head + body + pickle.dumps(list(keys), protocol=2) + data


def read(tmp_path, content: bytes):
    file = tmp_path / "weights.pth"
    file.write_bytes(content)
    return read_torch_weights(file)


def tensor(offset=0, shape=(2, 3), stride=(3, 1), length=24):
    return Tensor(Storage("k", length), offset, shape, stride)


def test_tensors_are_read_with_their_offset_and_order_of_axes(tmp_path):
    state = {"a": tensor(), "b": tensor(6, (2, 3), (1, 2)), "scalar": tensor(5, (), ())}
    arrays = read(tmp_path, written(state))
    assert arrays["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert arrays["b"].tolist() == [[6, 8, 10], [7, 9, 11]]
    assert arrays["scalar"] == 5 and arrays["a"].dtype == np.float32


@pytest.mark.parametrize("function", [os.system, eval, __import__, getattr])
def test_a_pickle_that_calls_a_function_is_refused_and_nothing_runs(tmp_path, function):
    trace = tmp_path / "ran"
    argument = f"touch {trace}" if function is os.system else f"open({str(trace)!r}, 'w')"
    with pytest.raises(InputError, match="is not allowed"):
        read(tmp_path, written({"a": Call(function, argument)}))
    assert not trace.exists()


def test_a_pickle_in_place_of_the_keys_is_refused_too(tmp_path):
    trace = tmp_path / "ran"
    content = written({"a": tensor()})
    keys = pickle.dumps(["k"], protocol=2)
    with pytest.raises(InputError, match="is not allowed"):
        read(tmp_path, content.replace(keys, dumps(Call(os.system, f"touch {trace}"))))
    assert not trace.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"\x80\x02cbuiltins\neval\n.",
        b"\x80\x02ctorch.serialization\nload\n.",
        b"\x80\x02ctorch\nload\n.",
        b"\x80\x04\x8c\x05posix\x8c\x06system\x93.",
        b"(S'true'\nios\nsystem\n.",
        b"\x80\x02\x82\x01.",
    ],
)
def test_names_and_opcodes_beyond_tensors_are_refused(tmp_path, program):
    with pytest.raises(InputError, match="is not allowed"):
        read(tmp_path, written(program))


def test_a_memo_index_beyond_the_file_is_refused_before_its_table_is_allocated(tmp_path):
    with pytest.raises(InputError, match="memo index"):
        read(tmp_path, written(b"\x80\x02}r\xff\xff\xff\x7f."))


def test_what_a_pickle_does_to_the_tensor_builder_ends_with_that_reading(tmp_path):
    spoiler = (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}X\x04\x00\x00\x00evilK\x01s}X\x0c\x00\x00\x00__defaults__Ns\x86b."
    )
    with pytest.raises(InputError, match="not a dict of tensors"):
        read(tmp_path, written(spoiler))
    assert read(tmp_path, written({"a": tensor()}))["a"].shape == (2, 3)


@pytest.mark.parametrize(
    "state",
    [
        {"a": tensor(offset=19)},
        {"a": tensor(offset=-1)},
        {"a": tensor(shape=(25,), stride=(1,))},
        {"a": tensor(shape=(1 << 40,), stride=(0,))},
        {"a": tensor(stride=(-3, 1), offset=5)},
        {"a": tensor(shape=(2, 3), stride=(3,))},
        {"a": Tensor("no storage", 0, (1,), (1,))},
        {"a": [1.0]},
        [tensor()],
    ],
)
def test_a_tensor_out_of_its_bounds_is_refused(tmp_path, state):
    with pytest.raises(InputError, match="Received: "):
        read(tmp_path, written(state))


def test_a_storage_that_claims_more_numbers_than_the_file_holds_is_refused(tmp_path):
    with pytest.raises(InputError, match="Received: "):
        read(tmp_path, written({"a": tensor(length=1 << 50)}, length=1 << 50))


def test_the_zip_format_is_refused_with_the_way_to_save_it_otherwise(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(InputError, match="_use_new_zipfile_serialization=False"):
        read(tmp_path, stream.getvalue())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_gives_arrays_or_an_input_error_and_nothing_else(tmp_path, data):
    content = bytearray(written({"a": tensor(), "b": tensor(6)}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(1, len(content))) :]
    try:
        arrays = read(tmp_path, bytes(content))
    except InputError:
        return
    assert all(isinstance(array, np.ndarray) for array in arrays.values())
