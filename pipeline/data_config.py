"""The configuration's section `data`: where the pairs are, what a usable pair is, and how they are split."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from components import keys
from components.pairs.clean_text import is_text_encoding
from pipeline.section import Positive, Section, Share


class Splits(Section):
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


class Features(Section):
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


class Data(Section):
    """Where the packed pairs are, and what a usable pair is."""

    root: Path = Field(description="Folder that holds `span-N` folders, as `fusegate pack` writes them.")
    span: Literal["latest"] | Annotated[int, Field(ge=0)] = Field("latest", description="`latest`, or a span's number.")
    window: Positive = Field(1, description="How many spans are read: the last ones up to `span`.")
    features: Features = Field(Features(), description="Names of the features in the records.")
    leave_out: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (), description="Numbers of spans that are not read; the window reaches back further in their place."
    )
    slices: tuple[SliceName, ...] = Field(
        (),
        description="Further columns of the records, such as `language`, that the evaluation can be sliced by; `span` "
        "is each pair's span, and is made by ingest.",
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
        reserved = keys.RESERVED - {keys.SPAN}
        taken = sorted({name for name in slices if name in reserved or slices.count(name) > 1})
        if taken:
            raise ValueError(f"a slice must have a name that no other feature has, unlike {', '.join(taken)}")
        return slices
