"""Which pictures and texts count as the same."""

from __future__ import annotations

import pytest

from components.pairs.fingerprint import image_fingerprint, text_fingerprint


@pytest.mark.parametrize("same", ["One does not simply", "ONE  DOES\nnot simply ", "Ｏne does not simply"])
def test_case_spacing_and_width_do_not_make_another_text(same: str) -> None:
    assert text_fingerprint(same) == text_fingerprint("one does not simply")


def test_another_word_makes_another_text() -> None:
    assert text_fingerprint("one does simply") != text_fingerprint("one does not simply")


def test_image_fingerprint_is_the_sha256_of_its_bytes() -> None:
    assert image_fingerprint(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
