"""A row of the vehicle register: who has owned a vehicle since when."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.imports.days import read_day, read_past_day
from bot.reports import read_vehicle
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.identity.acts import VehicleEntry, enter_vehicle
from models.identity.registers import enter_vehicles
from models.identity.rules import read_owner_no

COLUMNS = ("plate", "plate_kind", "owner_resident_id", "owned_since", "vehicle_type")
LONGEST_TYPE = 32


async def enter(work: Work, entry: VehicleEntry) -> str:
    """New, changed or unchanged. Raises Refusal."""
    return await enter_vehicle(work, entry)


async def enter_all(work: Work, entries: Sequence[VehicleEntry]) -> list[str | Refusal]:
    """The same for many."""
    return await enter_vehicles(work, entries)


def read(row: Mapping[str, str], today: date) -> VehicleEntry:
    """Also reads `inspected_until`, where the file has it. Raises BadInput."""
    vehicle_type, inspected = row["vehicle_type"], row.get("inspected_until", "")
    if not 1 <= len(vehicle_type) <= LONGEST_TYPE:
        raise BadInput("vehicle.type")
    return VehicleEntry(
        plate=read_vehicle(row),
        vehicle_type=vehicle_type,
        owner_resident_id=read_owner_no(row["owner_resident_id"]),
        owned_since=read_past_day(row["owned_since"], today, "vehicle.owned_since"),
        inspected_until=read_day(inspected, "vehicle.inspected_until") if inspected else None,
    )
