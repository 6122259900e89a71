"""Ids, texts and labels as strangers write them."""

from __future__ import annotations

import pytest

from components.pairs.clean_id import clean_id
from components.pairs.clean_label import clean_label
from components.pairs.clean_text import clean_text
from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.unusable import Unusable

LIMITS = PairLimits()


@pytest.mark.parametrize(
    ("value", "wanted"), [("a-1", "a-1"), (42953, "42953"), (b"\xc3\xa9", "é"), (" 01456 ", "01456")]
)
def test_ids_become_strings(value: object, wanted: str) -> None:
    assert clean_id(value, LIMITS) == wanted


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.ID_MISSING),
        ("  ", Reason.ID_MISSING),
        (True, Reason.ID_INVALID),
        (1.5, Reason.ID_INVALID),
        (["a"], Reason.ID_INVALID),
        (b"\xff", Reason.ID_INVALID),
        ("a\x1b[2Jb", Reason.ID_INVALID),
        ("\udcff", Reason.ID_INVALID),
        ("x" * 257, Reason.ID_INVALID),
    ],
)
def test_unusable_ids_are_named(value: object, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        clean_id(value, LIMITS)
    assert caught.value.reason is reason
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(("value", "wanted"), [(0, 0), (1, 1), ("0", 0), (" 1 ", 1)])
def test_labels_are_0_and_1(value: object, wanted: int) -> None:
    assert clean_label(value) == wanted


@pytest.mark.parametrize("value", [2, -1, "2", "yes", "true", True, False, 1.0, 0.7, [1], b"1", "1.0"])
def test_any_other_label_is_not_binary(value: object) -> None:
    with pytest.raises(Unusable) as caught:
        clean_label(value)
    assert caught.value.reason is Reason.LABEL_NOT_BINARY


@pytest.mark.parametrize("value", [None, "", " "])
def test_absent_label_is_missing(value: object) -> None:
    with pytest.raises(Unusable) as caught:
        clean_label(value)
    assert caught.value.reason is Reason.LABEL_MISSING


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("  one does\r\nnot simply\r", "one does\nnot simply"),
        ("page one\fpage two\f", "page one\npage two"),
        ("tab\there", "tab\there"),
        ("грустный кот 😿".encode(), "грустный кот 😿"),
        ("ﬁne Ⅷ", "ﬁne Ⅷ"),
    ],
)
def test_texts_keep_everything_but_their_margins_and_line_breaks(value: object, wanted: str) -> None:
    assert clean_text(value, LIMITS) == wanted
    assert clean_text(wanted, LIMITS) == wanted


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.TEXT_MISSING),
        (12, Reason.TEXT_MISSING),
        ("", Reason.TEXT_EMPTY),
        (" \n\t", Reason.TEXT_EMPTY),
        ("x" * 10_001, Reason.TEXT_TOO_LONG),
        (b"caf\xe9", Reason.TEXT_NOT_UTF8),
        ("caf\udce9", Reason.TEXT_NOT_UTF8),
        ("nul\0here", Reason.TEXT_CONTROL_CHARACTER),
        ("\x1b[31mred", Reason.TEXT_CONTROL_CHARACTER),
        ("trailing\x1f", Reason.TEXT_CONTROL_CHARACTER),
    ],
)
def test_unusable_texts_are_named(value: object, reason: Reason) -> None:
    with pytest.raises(Unusable) as caught:
        clean_text(value, LIMITS)
    assert caught.value.reason is reason


def test_empty_text_can_be_allowed() -> None:
    assert clean_text("  ", PairLimits(allow_empty_text=True)) == ""


@pytest.mark.parametrize("value", [b"caf\xe9", "caf\udce9"])
def test_text_of_a_named_encoding_is_read_as_it(value: object) -> None:
    assert clean_text(value, PairLimits(text_encodings=("utf-8", "cp1252"))) == "café"


def test_text_that_is_utf8_is_never_read_as_another_encoding_that_is_named_after_it() -> None:
    assert clean_text("café".encode(), PairLimits(text_encodings=("utf-8", "latin-1"))) == "café"


def test_text_that_is_in_none_of_the_named_encodings_is_refused() -> None:
    for value in (b"\x81", "\udc81", "\ud800"):
        with pytest.raises(Unusable) as caught:
            clean_text(value, PairLimits(text_encodings=("utf-8", "cp1252")))
        assert caught.value.reason is Reason.TEXT_NOT_UTF8
