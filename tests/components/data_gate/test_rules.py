from __future__ import annotations

from components import keys
from components.data_gate.finding import some_ids
from components.data_gate.rules import anomaly_findings, bad_share_findings, class_findings, one_class_findings


def test_share_of_unusable_pairs_at_the_limit_passes() -> None:
    assert bad_share_findings(95, {"text_empty": 5}, 0.05) == []
    assert bad_share_findings(100, {}, 0.0) == []


def test_too_many_unusable_pairs_are_named_with_limit_share_reasons_ids_and_key() -> None:
    (finding,) = bad_share_findings(90, {"text_empty": 3, "image_missing": 7}, 0.05, ("m1", "m2"))
    for part in (
        "at most 5.0%",
        "data.max_bad_share",
        "10 of 100, 10.0%",
        "(7 image_missing, 3 text_empty)",
        "Look at: m1, m2.",
        "fusegate quarantine",
    ):
        assert part in str(finding)


def test_span_without_any_usable_pair_fires_and_an_empty_one_does_not_divide_by_zero() -> None:
    (finding,) = bad_share_findings(0, {"image_missing": 4}, 0.5)
    assert "4 of 4, 100.0%" in str(finding)
    assert bad_share_findings(0, {}, 0.0) == []


def test_splits_with_enough_of_both_labels_pass() -> None:
    assert class_findings({split: {"0": 10, "1": 12} for split in keys.SPLITS}, 10) == []


def test_each_split_and_label_below_the_least_is_named_with_count_and_key() -> None:
    counts = {keys.TRAIN: {"0": 50, "1": 9}, keys.EVAL: {"0": 10}, keys.TEST: {"0": 10, "1": 10}}
    one, two = map(str, class_findings(counts, 10))
    for part in ("split train", "at least 10", "label 1", "data.min_per_class", "Received: 9"):
        assert part in one
    assert "split eval" in two
    assert "Received: 0" in two


def test_no_counts_at_all_name_every_split_and_label() -> None:
    assert len(class_findings({}, 1)) == 6


def test_one_class_in_all_splits_is_found_and_one_in_a_single_split_is_not() -> None:
    assert one_class_findings({keys.TRAIN: {"0": 5, "1": 0}, keys.TEST: {"1": 1}}) == []
    (finding,) = one_class_findings({keys.TRAIN: {"0": 5, "1": 0}, keys.TEST: {"0": 2}})
    assert "7 of label 0, 0 of label 1" in str(finding)
    assert len(one_class_findings({})) == 1


def test_examples_without_anomalies_pass() -> None:
    assert anomaly_findings({split: {} for split in keys.SPLITS}) == []


def test_anomaly_of_several_splits_is_told_once_and_a_differing_one_apart() -> None:
    anomalies = {
        keys.TRAIN: {"text": "The feature was missing.", "label": "Unexpected value 2."},
        keys.TEST: {"text": "The feature was missing."},
        keys.EVAL: {"text": "Another type."},
    }
    findings = [str(finding) for finding in anomaly_findings(anomalies, {"label": ("m7",)}, "run-1")]
    assert len(findings) == 3
    assert "feature text must fit the schema. Received, in train, test: The feature was missing. " in findings[0]
    assert "feature label" in findings[1]
    assert "Look at: m7." in findings[1]
    assert "in eval: Another type." in findings[2]
    assert all("`fusegate schema accept run-1`" in finding for finding in findings)


def test_ids_to_look_at_are_five_distinct_short_and_cannot_steer_a_terminal() -> None:
    assert some_ids(f"m{number // 2}" for number in range(40)) == ("m0", "m1", "m2", "m3", "m4")
    (shown,) = some_ids(["\x1b[2J\u202e" + "x" * 500])
    assert shown.isprintable()
    assert len(shown) <= 60


def test_duplicates_are_not_held_against_the_data() -> None:
    assert bad_share_findings(50, {"pair_duplicate": 45, "bridges_splits": 5}, 0.05) == []
    found = bad_share_findings(50, {"pair_duplicate": 40, "text_empty": 10}, 0.05)
    assert "10 of 100, 10.0% (10 text_empty)" in found[0].moved
