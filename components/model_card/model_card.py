"""Make a model card: pure, a receipt and the Trainer's card in, sections of sentences and tables out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from components import keys
from components.evaluator.rules import OVERALL

NOTHING = "–"
NOT_GIVEN = "Not given: set `card.{}` in the configuration."


@dataclasses.dataclass(frozen=True)
class Section:
    """A section of a card.

    Attributes:
        title: Its heading.
        facts: Sentences, in order.
        head: The columns of its table; empty where it has none.
        rows: The table's rows, as text.
    """

    title: str
    facts: list[str]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def make_model_card(receipt: Mapping[str, Any], trained: Mapping[str, Any], given: Mapping[str, Any]) -> list[Section]:
    """Make the sections of a model card.

    Args:
        receipt: As `components.receipt.receipt.build_receipt` makes it.
        trained: The Trainer's card: `spec`, what the model was made from, and `training`, how it came about.
        given: What people say of it: `owners`, `intended_use`, `out_of_scope`, `limitations`, `ethics`; texts or empty.

    Returns:
        The sections, in the order of the reference.

    Reference:
        Mitchell et al. 2019, "Model Cards for Model Reporting".
    """
    return [
        _details(receipt, trained, given),
        Section("Intended use", [given["intended_use"] or NOT_GIVEN.format("intended_use"), *_out_of_scope(given)]),
        _factors(receipt),
        _metrics(receipt, trained),
        _evaluation_data(receipt),
        _training_data(receipt),
        _analyses(receipt),
        _ethics(receipt, given),
        _caveats(receipt, given),
    ]


def _details(receipt: Mapping[str, Any], trained: Mapping[str, Any], given: Mapping[str, Any]) -> Section:
    spec, run = trained["spec"], receipt["run"]
    versions = ", ".join(f"{name} {version}" for name, version in receipt["code"]["versions"].items())
    return Section(
        "Model details",
        [
            f"Owners: {given['owners']}" if given["owners"] else NOT_GIVEN.format("owners"),
            f"Binary classifier of an image and a text; made by pipeline {run['pipeline']} in run {run['run_id']}, "
            f"decided {run['decided_at']}.",
            f"Image half: frozen encoder `{spec['image']['encoder']}`, branch `{spec['image_branch']['kind']}`.",
            f"Text half: frozen encoder `{spec['text']['encoder']}`, branches "
            f"{', '.join(f'`{kind}`' for kind in spec['text_branch']['kinds'])}.",
            f"Fusion head: `{trained['training']['head']}`. Served as `probability`: `{receipt['served'] or NOTHING}`.",
            f"Digest of the model {receipt['model']['digest'][:16]}, of the code {receipt['code']['code']}, "
            f"seed {spec['seed']}; {versions}.",
        ],
    )


def _out_of_scope(given: Mapping[str, Any]) -> list[str]:
    return [f"Out of scope: {given['out_of_scope']}"] if given["out_of_scope"] else []


def _factors(receipt: Mapping[str, Any]) -> Section:
    columns = sorted({name.partition("=")[0] for name in receipt["figures"]["candidate"] if name != OVERALL})
    if columns:
        return Section("Factors", [f"Figures are given by {', '.join(f'`{name}`' for name in columns)}."])
    return Section("Factors", ["No slices were evaluated: how the model does on any subgroup is not known."])


def _metrics(receipt: Mapping[str, Any], trained: Mapping[str, Any]) -> Section:
    measuring, training = receipt["settings"]["measuring"], trained["training"]
    served = receipt["served"] or keys.FUSED
    decision = training.get("outputs", {}).get(served, training["decision"])
    return Section(
        "Metrics",
        [
            "AUC of each output, and the gain AUC(fused) − max(AUC(image_only), AUC(text_only)).",
            f"Bounds are one-sided at {measuring['confidence']:.0%}, of {measuring['draws']:,} bootstrap draws of the "
            "groups of pairs that share a picture or a text.",
            f"The decision is 1 from a probability of {decision['threshold']:.4f} of `{served}`, chosen on the eval "
            f"split for {training['decision']['aim']}: precision {decision['precision']:.3f}, recall "
            f"{decision['recall']:.3f} there.",
        ],
    )


def _evaluation_data(receipt: Mapping[str, Any]) -> Section:
    counts = receipt["data"]["counts"].get(keys.TEST, {})
    return Section(
        "Evaluation data",
        [
            f"The test split: {sum(counts.values()):,} pairs, {_labels(counts)}. Nothing is fitted or chosen on it, "
            "and no picture and no text of it stands in another split.",
        ],
    )


def _training_data(receipt: Mapping[str, Any]) -> Section:
    data = receipt["data"]
    set_apart = ", ".join(f"{count:,} {reason}" for reason, count in data["quarantine"].items()) or "none"
    facts = [
        f"{split}: {sum(counts.values()):,} pairs, {_labels(counts)}."
        for split, counts in data["counts"].items()
        if split != keys.TEST
    ]
    facts.append(f"Spans {', '.join(str(span) for span in data['spans'])}, fingerprint {data['input_fingerprint']}.")
    facts.append(f"Set apart as unusable: {set_apart}.")
    return Section("Training data", facts)


def _analyses(receipt: Mapping[str, Any]) -> Section:
    figures = receipt["figures"]["candidate"]
    served = receipt["served"] or keys.FUSED
    outputs = [served, *(output for output in keys.OUTPUTS if output != served)]
    rows = [
        [
            part,
            _count(values.get("pairs")),
            *(_interval(values, f"auc_{output}", ".3f") for output in outputs),
            _interval(values, "gain", "+.3f"),
        ]
        for part, values in figures.items()
    ]
    head = ["slice", "pairs", *(f"AUC {output}" for output in outputs), "gain"]
    facts = [f"Baseline: {receipt['baseline']['said']}.", "Each figure with its lower and upper bound."]
    return Section("Quantitative analyses", facts, head, rows)


def _ethics(receipt: Mapping[str, Any], given: Mapping[str, Any]) -> Section:
    facts = [given["ethics"] or NOT_GIVEN.format("ethics")]
    facts.append(
        "The pipeline knows neither who is shown or spoken of in the pairs nor who labelled them; it does not look for "
        "faces, names or protected attributes, and removes none."
    )
    worst = _worst_slice(receipt)
    if worst:
        facts.append(worst)
    return Section("Ethical considerations", facts)


def _caveats(receipt: Mapping[str, Any], given: Mapping[str, Any]) -> Section:
    facts = [given["limitations"] or NOT_GIVEN.format("limitations")]
    overall = receipt["figures"]["candidate"][OVERALL]
    if overall["detectable_gain"] is not None:
        least = overall["detectable_gain"]
        facts.append(f"The smallest gain that {_count(overall['pairs'])} test pairs can show is {least:+.3f}.")
    facts.append("A picture or a text may be missing: then the other half's model answers, with that half's figures.")
    facts.append(
        "The figures hold for pairs like those of the test split. Probabilities are calibrated on the eval split alone."
    )
    if receipt["serving"]["passed"] is None:
        facts.append("Its serving was not checked.")
    return Section("Caveats and recommendations", facts)


def _worst_slice(receipt: Mapping[str, Any]) -> str:
    name = f"auc_{receipt['served'] or keys.FUSED}"
    measured = {
        part: values[name]
        for part, values in receipt["figures"]["candidate"].items()
        if part != OVERALL and values.get(name) is not None
    }
    if not measured:
        return ""
    worst, best = min(measured, key=measured.__getitem__), max(measured, key=measured.__getitem__)
    lowest = f"{worst} has the lowest AUC ({measured[worst]:.3f})"
    return f"Of the slices, {lowest} and {best} the highest ({measured[best]:.3f})."


def _labels(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} of label {label}" for label, count in sorted(counts.items())) or "no pairs"


def _interval(values: Mapping[str, Any], name: str, form: str) -> str:
    numbers = [values.get(f"{name}{bound}") for bound in ("", "_lower", "_upper")]
    if numbers[0] is None:
        return NOTHING
    value, lower, upper = (NOTHING if number is None else format(number, form) for number in numbers)
    return f"{value} ({lower} to {upper})"


def _count(value: float | None) -> str:
    return NOTHING if value is None else f"{int(value):,}"
