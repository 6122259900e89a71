"""The receipt's page and the model card: complete, escaped, self-contained."""

from __future__ import annotations

import re
from pathlib import Path

from components.code_digest import code_digest
from components.model_card.model_card import make_model_card
from components.model_card.write import markdown, write_model_card
from components.receipt.lock_digest import lock_digest
from components.receipt.page import receipt_page
from components.receipt.store import read_receipt
from tests.components.receipt.drawn import CARD, TRAINED, draw_candidate

HOSTILE = "</pre><script>alert(1)</script>{{ 7*7 }}"


def test_page_shows_the_decision_and_loads_nothing(tmp_path: Path) -> None:
    folder = draw_candidate(tmp_path).receipt()
    html = (folder / "receipt.html").read_text()
    for fact in (
        "gate.min_gain",
        "f1e1d",
        code_digest(),
        lock_digest(),
        "language=de",
        "loaded in a fresh process",
        "nothing was live",
        "test pairs can show",
    ):
        assert fact in html
    assert not re.search(r"<(script|link|img|iframe)|url\(|@import|\ssrc=|\shref=", html)
    assert "default-src 'none'" in html


def test_strangers_words_are_escaped_in_page_and_card(tmp_path: Path) -> None:
    receipt = read_receipt(draw_candidate(tmp_path, live=30, set_aside=HOSTILE).receipt())
    receipt["figures"]["candidate"][f"language={HOSTILE}"] = receipt["figures"]["candidate"]["language=de"]
    sections = make_model_card(receipt, TRAINED, CARD | {"intended_use": HOSTILE})
    write_model_card(tmp_path, HOSTILE, sections)
    card = markdown(HOSTILE, sections)
    for text in (receipt_page(receipt), (tmp_path / "model_card.html").read_text(), card.replace("\\<", "&lt;")):
        assert "<script" not in text
        assert "{{ 7*7 }}" in text


def test_card_tells_what_is_known_and_what_nobody_has_said(tmp_path: Path) -> None:
    card = (draw_candidate(tmp_path).receipt() / "model_card.md").read_text()
    headings = re.findall(r"^## (.*)$", card, flags=re.MULTILINE)
    assert headings == [
        "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data",
        "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
    ]  # fmt: skip
    assert "- Sorting memes." in card
    assert "Not given: set `card.owners` in the configuration." in card
    assert "from a probability of 0.4000 of `fused`" in card
    assert re.search(r"\| language=de \| 100 \| 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)", card)
    assert "3 text_empty" in card


def test_card_without_slices_says_that_subgroups_are_unknown(tmp_path: Path) -> None:
    receipt = read_receipt(draw_candidate(tmp_path).receipt())
    receipt["figures"]["candidate"] = {"overall": receipt["figures"]["candidate"]["overall"]}
    assert "how the model does on any subgroup is not known" in markdown(
        "Card", make_model_card(receipt, TRAINED, CARD)
    )
