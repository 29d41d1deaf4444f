"""The tariff's section on restrictions of travel: the proportionality table, and the terms around it."""

from typing import Literal

from pydantic import model_validator

from models.base.tariff_part import Part


class MatterRule(Part):
    """Which scopes a kind of matter may carry, and how long (the proportionality table); without a legal basis it is inert.

    `scopes` names modes of travel and, of each, the classes: none are all of them. The longest is `days` or `months`, whichever is not 0;
    both 0: as long as the court says. The repeated-th matter of `repeated_months` lasts `repeated_days` longer (0: never).
    """

    legal_basis: str
    legal_basis_en: str
    ends: Literal["time", "performance", "payment", "notice"]
    days: int
    months: int
    objection_working_days: int
    repeated: int
    repeated_months: int
    repeated_days: int
    scopes: dict[str, tuple[str, ...]]

    @property
    def inert(self) -> bool:
        return not self.legal_basis


class Travel(Part):
    """Restrictions of travel: the modes with their classes, the matters, and the terms around them."""

    delete_working_days: int
    correction_days: int
    objection_answer_working_days: int
    exemption_months: int
    modes: dict[str, tuple[str, ...]]
    matters: dict[str, MatterRule]

    @model_validator(mode="after")
    def _scopes_are_known(self) -> "Travel":
        for kind, rule in self.matters.items():
            for mode, classes in rule.scopes.items():
                if unknown := set(classes) - set(self.modes.get(mode, ())) or {mode} - self.modes.keys():
                    raise ValueError(f"{kind}: {mode} has no {', '.join(sorted(unknown))}")
        return self
