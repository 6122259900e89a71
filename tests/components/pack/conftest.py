"""A folder of drawn memes with their manifest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


class Memes:
    """Rows and images in a folder, written as a manifest at the end."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rows: list[dict[str, Any]] = []
        (folder / "img").mkdir(parents=True)

    def add(self, image: bytes | None = None, **values: Any) -> None:
        """Adds a usable pair, apart from what is given: `image` as the file's bytes, others as the row's values."""
        number = len(self.rows)
        row = {"id": f"m{number}", "img": f"img/{number}.png", "text": f"text {number}", "label": number % 2} | values
        self.rows.append(row)
        if "img" not in values:
            (self.folder / row["img"]).write_bytes(image or self.picture(number))

    @staticmethod
    def picture(number: int, image_format: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (16, 12)) -> bytes:
        """Draws a picture of one colour, its own for each number."""
        file = io.BytesIO()
        colour = (number * 40 % 256, number * 90 % 256, 80)
        Image.new("RGB", size, colour).convert(mode).save(file, image_format)
        return file.getvalue()

    def jsonl(self, *lines: str) -> Path:
        """Writes the rows, and further lines as they are."""
        path = self.folder / "manifest.jsonl"
        path.write_text("".join(f"{line}\n" for line in [*map(json.dumps, self.rows), *lines]), encoding="utf-8")
        return path

    def csv(self, *lines: str, encoding: str = "utf-8") -> Path:
        """Writes the rows under a header, and further lines as they are."""
        path = self.folder / "manifest.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, ["id", "img", "text", "label"])
            writer.writeheader()
            writer.writerows(self.rows)
            file.writelines(f"{line}\n" for line in lines)
        return path


@pytest.fixture
def memes(tmp_path: Path) -> Memes:
    """An empty folder of memes."""
    return Memes(tmp_path / "memes")


@pytest.fixture
def read_span() -> Callable[[Path], list[dict[str, Any]]]:
    """A function that reads a span's records with TensorFlow, file by file."""

    def read(folder: Path) -> list[dict[str, Any]]:
        import tensorflow as tf

        spec = {name: tf.io.FixedLenFeature([], tf.string) for name in ("id", "image", "text")}
        spec["label"] = tf.io.FixedLenFeature([], tf.int64)
        files = [str(path) for path in sorted(folder.glob("*.tfrecord.gz"))]
        records = tf.data.TFRecordDataset(files, compression_type="GZIP")
        return [
            {name: value.numpy() for name, value in tf.io.parse_single_example(record, spec).items()}
            for record in records
        ]

    return read


@pytest.fixture
def read_quarantine() -> Callable[[Path], list[dict[str, str]]]:
    """A function that reads a span's quarantine."""
    return lambda folder: [json.loads(line) for line in (folder / "quarantine.jsonl").read_text().splitlines()]
