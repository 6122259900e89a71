"""The graph, whole, in one file: the same components for every runner.

LiveModel ─────────────────────────────────────────────────────────────┬─────────────┐
PairedExampleGen → StatisticsGen → ImportSchemaGen → ExampleValidator → DataGate     │
        │└→ FrozenFeatures (only after DataGate) → Transform → Trainer → Evaluator (FusionGain) → Receipt → Pusher
        └──────────────────── raw pairs ─────────────────────────┴→ ServingCheck ────────────────┘
"""

from __future__ import annotations

import dataclasses
from typing import Any

import tensorflow_data_validation as tfdv
from tfx.components.example_validator.component import ExampleValidator
from tfx.components.statistics_gen.component import StatisticsGen
from tfx.components.transform.component import Transform
from tfx.dsl.components.base.base_component import BaseComponent
from tfx.types import BaseChannel

from components import keys
from components.code_digest import code_digest
from components.data_gate.component import DataGate
from components.evaluator.component import Evaluator
from components.frozen_features.component import FrozenFeatures
from components.import_schema_gen.component import ImportSchemaGen
from components.live_model.component import LiveModel
from components.paired_example_gen.component import PairedExampleGen
from components.pusher.component import Pusher
from components.receipt.component import Receipt
from components.serving_check.component import ServingCheck
from components.trainer.component import Trainer
from pipeline.adjustable import Adjustable
from pipeline.config import Config
from pipeline.eval_config import make_eval_config, measuring

PREPROCESSING_FN = "components.transform.preprocessing.preprocessing_fn"
RUN_FN = "components.trainer.run_fn.run_fn"
EXTRACTORS = "components.evaluator.extractors"


@dataclasses.dataclass(frozen=True)
class Resolved:
    """What a runner finds out about the world before the graph is made.

    Attributes:
        adjustable: What the operator may change; its span is a number, or `latest` where the component is to find it
            itself.
        input_fingerprint: Digest of the spans' files; empty where the component is to find them itself.
        registry_fingerprint: What the registry says is live; empty where LiveModel is to find it itself.
        schema: The schema in text form.
        identity: Execution properties that name the run, where the orchestrator does not tell executors.
    """

    adjustable: Adjustable
    input_fingerprint: str
    registry_fingerprint: str
    schema: str
    identity: dict[str, str] = dataclasses.field(default_factory=dict)


def make_components(config: Config, resolved: Resolved) -> list[BaseComponent]:
    """Make the graph's components, in the order in which they run.

    Args:
        config: The configuration.
        resolved: What the runner found out.
    """
    adjustable = resolved.adjustable
    live = LiveModel(adjustable.push_to, resolved.registry_fingerprint)
    pairs = PairedExampleGen(
        root=adjustable.data_root,
        span=adjustable.span,
        input_fingerprint=resolved.input_fingerprint,
        splits=config.data.splits.model_dump(),
        seed=config.seed,
        limits=config.pair_limits(),
        window=adjustable.window,
        leave_out=config.data.leave_out,
        features=config.data.features.model_dump(),
        slices=config.data.slices,
        group_by=config.data.group_by,
        ledger=str(config.ledger),
    )
    examples = pairs.outputs["examples"]
    schema = ImportSchemaGen(resolved.schema)
    statistics = StatisticsGen(
        examples=examples,
        schema=schema.outputs["schema"],
        stats_options=tfdv.StatsOptions(enable_semantic_domain_stats=False),
    )
    validator = ExampleValidator(statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"])
    gate = DataGate(
        examples=examples,
        quarantine=pairs.outputs["quarantine"],
        statistics=statistics.outputs["statistics"],
        schema=schema.outputs["schema"],
        anomalies=validator.outputs["anomalies"],
        live=live.outputs["model"],
        settings=config.gate_settings(),
    )
    features = FrozenFeatures(
        examples=examples,
        schema=schema.outputs["schema"],
        image=config.image_spec(),
        text=config.text_spec(),
    )
    # An artifact edge would put the gate's output into the cache key of all that is dear to compute.
    features.add_upstream_node(gate)
    learning = _learning(config, resolved, live, pairs, gate, features)
    return [live, pairs, schema, statistics, validator, gate, features, *learning]


def _learning(
    config: Config,
    resolved: Resolved,
    live: LiveModel,
    pairs: PairedExampleGen,
    gate: DataGate,
    features: FrozenFeatures,
) -> list[BaseComponent]:
    """From the featured examples to the push."""
    examples, schema = features.outputs["featured_examples"], features.outputs["featured_schema"]
    transform = Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn=PREPROCESSING_FN,
        custom_config={
            "branches": list(config.text_branch.kinds),
            "vocabulary": config.text.vocabulary,
            "max_tokens": config.text.max_tokens,
            "word_buckets": config.text_branch.word_buckets,
            "character_buckets": config.text_branch.character_buckets,
            "code": code_digest(),
        },
        disable_statistics=True,
        # The Trainer applies the graph as it reads: the frozen vectors are not written once more.
        materialize=False,
    )
    trainer = Trainer(
        run_fn=RUN_FN,
        examples=examples,
        transform_graph=transform.outputs["transform_graph"],
        schema=schema,
        # Only where it is asked for: a model that went live would else invalidate the cache of every training.
        base_model=live.outputs["model"] if config.train.warm_start else None,
        epochs=resolved.adjustable.epochs,
        custom_config=trainer_config(config),
    )
    return [transform, trainer, *_judging(config, resolved, live, pairs, gate, examples, trainer)]


def _judging(
    config: Config,
    resolved: Resolved,
    live: LiveModel,
    pairs: PairedExampleGen,
    gate: DataGate,
    examples: BaseChannel,
    trainer: Trainer,
) -> list[BaseComponent]:
    """From the trained model to the push."""
    newest = resolved.adjustable.known_span
    rules = config.gate.rules(config.data.slices, newest)
    evaluator = Evaluator(
        examples=examples,
        model=trainer.outputs["model"],
        baseline_model=live.outputs["model"],
        eval_config=make_eval_config(config.gate, config.seed, config.data.slices, newest),
        rules=rules,
        bounds=resolved.adjustable.bounds,
        example_splits=[keys.TEST],
        module_path=EXTRACTORS,
    )
    checks = _serving_checks(config, trainer, evaluator, pairs)
    infra_blessing = checks[0].outputs["blessing"] if checks else None
    receipt = Receipt(
        evaluation=evaluator.outputs["evaluation"],
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=infra_blessing,
        model=trainer.outputs["model"],
        live=live.outputs["model"],
        examples=pairs.outputs["examples"],
        quarantine=pairs.outputs["quarantine"],
        settings={
            "rules": dataclasses.asdict(rules),
            "measuring": dataclasses.asdict(measuring(config.gate, config.seed)),
        },
        card=config.card.model_dump(),
        bounds=resolved.adjustable.bounds,
        identity=resolved.identity,
    )
    pusher = Pusher(
        model=trainer.outputs["model"],
        model_blessing=evaluator.outputs["blessing"],
        infra_blessing=infra_blessing,
        reference=gate.outputs["reference"],
        receipt=receipt.outputs["receipt"],
        destination=resolved.adjustable.push_to,
        identity=resolved.identity,
    )
    return [evaluator, *checks, receipt, pusher]


def _serving_checks(
    config: Config, trainer: Trainer, evaluator: Evaluator, pairs: PairedExampleGen
) -> list[ServingCheck]:
    """The check of the exported model, if it is wanted."""
    if not config.serving.check:
        return []
    check = ServingCheck(
        model=trainer.outputs["model"],
        model_blessing=evaluator.outputs["blessing"],
        examples=pairs.outputs["examples"],
        settings=config.serving.settings(),
        limits=config.pair_limits(),
    )
    return [check]


def trainer_config(config: Config) -> dict[str, Any]:
    """Return what `run_fn` gets of the configuration, in plain values, with the digest of the code."""
    sections = config.model_dump(mode="json", include={"image_branch", "text_branch", "train", "seed"})
    return sections | {
        "image": config.image_spec(),
        "text": config.text_spec(),
        "limits": config.pair_limits(),
        "checkpoints": str(config.output / "checkpoints"),
        "code": code_digest(),
    }
