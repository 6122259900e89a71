from __future__ import annotations

import io
from pathlib import Path

import tensorflow as tf
from PIL import Image

from components.data_gate.observation import observe, read_sample, words_of
from tests.components.data_gate.world import Draw, example


def test_observation_has_the_figures_of_the_whole_picture_and_text() -> None:
    picture = Image.new("RGB", (640, 480), "black")
    picture.paste("white", (0, 0, 320, 480))
    for image_format in ("JPEG", "PNG"):
        stream = io.BytesIO()
        picture.save(stream, image_format)
        seen = observe(example({"id": "m1", "image": stream.getvalue(), "text": "Ünï cat", "label": 1, "group": "g"}))
        assert (seen.id, seen.label, seen.group, seen.width, seen.height) == ("m1", 1, "g", 640, 480)
        assert abs(seen.brightness - 127.5) < 3
        assert seen.text_length == 7
        assert seen.words == ("ünï", "cat")


def test_words_are_bounded_in_number_and_length() -> None:
    assert len(words_of(" ".join(map(str, range(5_000))))) == 200
    assert words_of("x" * 9_999) == ("x" * 40,)
    assert words_of("🔥 !!") == ()


def test_sample_is_the_same_ids_whatever_the_order(tmp_path: Path) -> None:
    drawn = Draw(count=200).examples()
    chosen = []
    for number, order in enumerate((drawn, drawn[::-1])):
        path = str(tmp_path / f"{number}.tfrecord.gz")
        with tf.io.TFRecordWriter(path, "GZIP") as writer:
            for made in order:
                writer.write(made.SerializeToString())
        chosen.append({made.features.feature["id"].bytes_list.value[0] for made in read_sample(path, 0.3)})
        assert len(list(read_sample(path, 1))) == 200
    assert chosen[0] == chosen[1]
    assert 35 < len(chosen[0]) < 85
