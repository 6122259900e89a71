"""The vector of a text."""

from __future__ import annotations

import json
import math
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.pairs.check_pair import check_pair
from components.pairs.clean_vector import clean_vector
from components.pairs.limits import MAX_VECTOR_WIDTH, PairLimits
from components.pairs.pair import CheckedPair, RawPair
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable

TWO = PairLimits(text_vector_width=2)


@pytest.mark.parametrize("value", [[0.5, -1], (0.5, -1.0), [[0.5, -1]]])
def test_a_list_or_a_matrix_of_one_row_is_one_vector(value: object) -> None:
    assert clean_vector(value, TWO) == clean_vector(value, PairLimits()) == (0.5, -1.0)


def test_none_will_do_only_where_no_vector_is_wanted() -> None:
    assert clean_vector(None, PairLimits()) == ()
    with pytest.raises(Unusable, match="No vector"):
        clean_vector(None, TWO)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], Reason.TEXT_VECTOR_INVALID),
        ("0.5", Reason.TEXT_VECTOR_INVALID),
        (0.5, Reason.TEXT_VECTOR_INVALID),
        ({"0": 1.0}, Reason.TEXT_VECTOR_INVALID),
        (["0.5", 1.0], Reason.TEXT_VECTOR_INVALID),
        ([True, 1.0], Reason.TEXT_VECTOR_INVALID),
        ([None, 1.0], Reason.TEXT_VECTOR_INVALID),
        ([[0.5], [1.0]], Reason.TEXT_VECTOR_INVALID),
        ([1.0], Reason.TEXT_VECTOR_WIDTH),
        ([1.0, 2.0, 3.0], Reason.TEXT_VECTOR_WIDTH),
        ([math.nan, 1.0], Reason.TEXT_VECTOR_NOT_FINITE),
        ([1.0, -math.inf], Reason.TEXT_VECTOR_NOT_FINITE),
        ([1e39, 1.0], Reason.TEXT_VECTOR_NOT_FINITE),
        ([10**400, 1], Reason.TEXT_VECTOR_NOT_FINITE),
    ],
)
def test_what_is_no_vector_of_this_width_is_refused_with_its_reason(value: object, reason: Reason) -> None:
    with pytest.raises(Unusable) as refusal:
        clean_vector(value, TWO)
    assert refusal.value.reason is reason


def test_width_is_bounded_where_none_is_named() -> None:
    with pytest.raises(Unusable, match="16,385 numbers; at most 16,384"):
        clean_vector([0.0] * (MAX_VECTOR_WIDTH + 1), PairLimits())


numbers = st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text())


@given(st.one_of(numbers, st.lists(numbers), st.lists(st.lists(numbers))))
def test_a_vector_is_finite_and_checked_again_unchanged_or_refused(value: object) -> None:
    try:
        vector = clean_vector(value, PairLimits())
    except Unusable as error:
        assert json.dumps(error.detail)
        return
    assert all(map(math.isfinite, vector))
    assert clean_vector(vector or None, PairLimits()) == vector


def test_pairs_without_text_are_alike_by_their_vectors() -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 6)).save(picture, "PNG")
    limits = PairLimits(allow_empty_text=True)
    raw = (RawPair("1", picture.getvalue(), "", 1, "s", vector) for vector in ([0.1], [0.1], [0.2], None))
    pairs = [check_pair(pair, limits) for pair in raw]
    first, same, other, none = (pair.text_fingerprint for pair in pairs if isinstance(pair, CheckedPair))
    assert first == same != other
    assert none == ""
