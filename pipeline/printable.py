"""What strangers wrote must not steer the terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text with every character that is not printable written as its escape.

    Example:
        >>> printable("a\\x1b[2J")
        'a\\\\x1b[2J'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
