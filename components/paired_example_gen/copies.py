"""Which pictures are copies of one another: encoded anew, resized or slightly cropped."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from components.paired_example_gen.ledger import Ledger
from components.paired_example_gen.near_duplicates import NearDuplicates
from components.paired_example_gen.pair_key import PairKey
from components.paired_example_gen.perceptual import WORDS, core_signs
from components.pairs.thumbnail import THUMBNAIL_SIDE


def find_copies(pairs: Iterable[PairKey], ledger: Ledger) -> tuple[dict[str, list[str]], dict[str, bytes]]:
    """Find the copies among pictures that the ledger does not know, and their copies among those that it knows.

    What the ledger knows was compared when it came in: a second run finds its splits there, not by comparing again.

    Args:
        pairs: The pairs.
        ledger: What earlier runs decided.

    Returns:
        Copies by picture, in both directions; and the signs of each new picture's core, for the ledger.
    """
    thumbnails = {
        pair.picture_node: pair.thumbnail
        for pair in pairs
        if pair.thumbnail and pair.picture_node not in ledger.entries
    }
    new = sorted(thumbnails)
    content = b"".join(base64.b64decode(thumbnails[node]) for node in new)
    pixels = np.frombuffer(content, np.uint8).reshape(len(new), THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    cores = core_signs(pixels)
    known = sorted(node for node, entry in ledger.entries.items() if entry.signs)
    known_cores = _from_bytes(b"".join(ledger.entries[node].signs for node in known))
    copies: dict[str, set[str]] = defaultdict(set)
    for nodes, of_larger, index in ((new, False, cores), (known, True, known_cores)):
        for rows, columns in NearDuplicates(index).find(pixels, of_larger):
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                if new[row] != nodes[column]:
                    copies[new[row]].add(nodes[column])
                    copies[nodes[column]].add(new[row])
    return {node: sorted(others) for node, others in copies.items()}, dict(zip(new, _to_bytes(cores), strict=True))


def _to_bytes(signs: NDArray[np.uint64]) -> list[bytes]:
    """Return each picture's signs as 64 bytes, the same on every machine."""
    return [row.tobytes() for row in signs.astype(">u8")]


def _from_bytes(content: bytes) -> NDArray[np.uint64]:
    """Return the signs that `_to_bytes` made bytes of, joined."""
    return np.frombuffer(content, ">u8").astype(np.uint64).reshape(-1, WORDS)
