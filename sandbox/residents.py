"""The made-up town's people who hold a phone, and their vehicles: two CSV files."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody with a phone. `slug` names them in addresses and cookies."""

    slug: str
    name: str
    resident_id: str
    phone: str
    openid: str


class NobodyOfThatName(LookupError):
    """No resident with a phone is called so."""


class Town:
    """The people in the order of `phones.csv`. `vehicles.csv` may be missing: then nobody owns one."""

    def __init__(self, folder: Path) -> None:
        wanted = [field.name for field in fields(Resident)]
        self.residents = [
            Resident(**{name: row[name] for name in wanted}) for row in _rows(folder / "phones.csv")
        ]
        self._vehicles = _rows(folder / "vehicles.csv")

    def called(self, name: str) -> Resident:
        """Find a resident by slug or name. Raises NobodyOfThatName."""
        for resident in self.residents:
            if name in (resident.slug, resident.name):
                return resident
        raise NobodyOfThatName(f"nobody with a phone is called {name!r}")

    def with_openid(self, openid: str) -> Resident | None:
        """The resident behind an openid."""
        return next((resident for resident in self.residents if resident.openid == openid), None)

    def vehicle_of(self, resident: Resident) -> tuple[str, str] | None:
        """Plate and plate kind of the first vehicle a resident owns."""
        owned = (row for row in self._vehicles if row["owner_resident_id"] == resident.resident_id)
        return next(((row["plate"], row["plate_kind"]) for row in owned), None)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
