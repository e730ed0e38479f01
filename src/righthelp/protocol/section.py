"""What every part of the study file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the study file: no unknown keys, no changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
