from __future__ import annotations

from components.kubeflow_entrypoint.properties import typed

EXAMPLES = "title: tfx.Examples\nproperties:\n  span:\n    type: integer\n  split_names:\n    type: string\n"


def test_numbers_that_became_floats_are_whole_again() -> None:
    found = typed({"live_version": 1_795_543_937.0, "auc": 0.75}, "title: tfx.Model\n")
    assert found["customProperties"] == {"live_version": {"intValue": 1_795_543_937}, "auc": {"doubleValue": 0.75}}


def test_declared_properties_are_left_to_tfx() -> None:
    found = typed({"span": 3.0, "split_names": '["train"]', "note": "x"}, EXAMPLES)
    assert found == {
        "metadata": {"span": 3.0, "split_names": '["train"]'},
        "customProperties": {"note": {"stringValue": "x"}},
    }


def test_custom_property_under_a_declared_name_keeps_apart_from_it() -> None:
    found = typed({"custom:span": 3.0, "custom:other": "x"}, EXAMPLES)
    assert found["customProperties"] == {"span": {"intValue": 3}, "custom:other": {"stringValue": "x"}}


def test_lists_and_objects_are_unwrapped_and_nulls_left_out() -> None:
    found = typed({"names": {"list": ["a"]}, "by": {"struct": {"k": 1.0}}, "none": None}, "")
    assert found == {"metadata": {"names": ["a"], "by": {"k": 1.0}}, "customProperties": {}}
