"""Which halves make a pair, and why the others do not."""

from __future__ import annotations

from components.paired_example_gen.match_halves import Half, Match, match_halves


def image(number: int, **features: str) -> Half:
    return Half("images", "images.tfrecord", number, {"image": f"picture {number}"} | features)


def text(number: int, **features: str) -> Half:
    return Half("texts", "texts.tfrecord", number, {"text": f"text {number}", "label": "1"} | features, b"record")


def outcome(images: list[Half], texts: list[Half]) -> dict[str, str]:
    """What becomes of each half, by its place."""
    found: dict[str, str] = {}
    for match in match_halves(images, texts):
        halves = (match.image, match.text) if isinstance(match, Match) else (match.half,)
        for half in halves:
            assert half.place not in found
            found[half.place] = "pair" if isinstance(match, Match) else match.error.reason.value
    return found


def test_one_picture_and_one_text_make_a_pair() -> None:
    assert outcome([image(1)], [text(2)]) == {"images.tfrecord:1": "pair", "texts.tfrecord:2": "pair"}


def test_half_without_its_other_half_is_told() -> None:
    assert outcome([image(1)], []) == {"images.tfrecord:1": "image_without_text"}
    assert outcome([], [text(1)]) == {"texts.tfrecord:1": "text_without_image"}


def test_same_half_twice_counts_once_and_the_first_stays() -> None:
    assert outcome([image(9, image="a"), image(2, image="a")], [text(1)]) == {
        "images.tfrecord:2": "pair",
        "texts.tfrecord:1": "pair",
        "images.tfrecord:9": "id_duplicate",
    }


def test_two_contents_of_one_id_are_a_conflict_of_all_its_halves() -> None:
    assert outcome([image(1), image(2)], [text(1)]) == {
        "images.tfrecord:1": "id_conflict",
        "images.tfrecord:2": "id_conflict",
        "texts.tfrecord:1": "id_conflict",
    }
    assert set(outcome([image(1)], [text(1, text="a"), text(2, text="a", label="0")]).values()) == {"id_conflict"}


def test_feature_in_both_halves_must_agree() -> None:
    assert set(outcome([image(1, label="0")], [text(1)]).values()) == {"id_conflict"}
    assert set(outcome([image(1, label="1")], [text(1)]).values()) == {"pair"}
