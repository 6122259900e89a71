"""A model card as Markdown and as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from components.model_card.model_card import Section
from components.page.render import render_page

TEMPLATE = "model_card.html.j2"
MARKDOWN_FILE, PAGE_FILE = "model_card.md", "model_card.html"
# What Markdown would read as HTML, a table's border or a link.
_SPECIAL = re.compile(r"([<>|\[\]\\])")


def write_model_card(folder: Path, title: str, sections: Sequence[Section]) -> None:
    """Write both forms of a card.

    Args:
        folder: Where they go; it is there.
        title: The heading.
        sections: As `make_model_card` makes them.
    """
    (folder / MARKDOWN_FILE).write_text(markdown(title, sections), encoding="utf-8", errors="replace")
    page = render_page(Path(__file__).parent / TEMPLATE, title=title, sections=sections)
    (folder / PAGE_FILE).write_text(page, encoding="utf-8", errors="replace")


def markdown(title: str, sections: Sequence[Section]) -> str:
    """Return a card in Markdown; what strangers wrote cannot become markup."""
    lines = [f"# {_escape(title)}"]
    for section in sections:
        lines += ["", f"## {section.title}", "", *(f"- {_escape(fact)}" for fact in section.facts)]
        if section.head:
            lines += ["", _row(section.head), _row(["---"] * len(section.head)), *map(_row, section.rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_escape(cell) for cell in cells)} |"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
