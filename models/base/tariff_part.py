"""A section of the tariff, whatever it holds."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A section of the tariff; unknown names are refused, so that a misspelt figure is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
