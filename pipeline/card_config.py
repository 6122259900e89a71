"""The configuration's section `card`: what people say in the model card, beside what the pipeline knows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.section import Section

Said = Annotated[str, Field(max_length=4_000)]


class CardConfig(Section):
    """What the model card says that no pipeline can know; what is left empty, the card says is not given."""

    owners: Said = Field("", description="Who answers for the model, and how they are reached.")
    intended_use: Said = Field("", description="What the model is for, and who its users are.")
    out_of_scope: Said = Field("", description="What the model must not be used for.")
    limitations: Said = Field("", description="Known limits, besides those that the figures show.")
    ethics: Said = Field("", description="Who may be harmed by its errors, and what is done about it.")
