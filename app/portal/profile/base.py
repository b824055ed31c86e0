"""What every part of the profile is made of: strict models, codes, texts in the office's languages, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = dict[str, str]
"""A text for people by language code."""
Money = Annotated[Decimal, Field(ge=0, max_digits=14)]


def wrong(way: Sequence[object], message: str) -> PydanticCustomError:
    """A mistake between two places of the profile, with the way to the one that must change."""
    return PydanticCustomError("reference", "{message}", {"message": message, "way": list(way)})


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
