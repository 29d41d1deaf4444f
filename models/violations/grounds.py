"""What an officer picks from: why a record is erased or a decision taken back (each a sentence `ground.<name>`), how one was served."""

from enum import StrEnum


class EraseGround(StrEnum):
    """The eight grounds on which a camera's record is erased (PR 22)."""

    EMERGENCY_VEHICLE = "emergency_vehicle"  # 1: police, fire, ambulance, rescue on an urgent task
    STOLEN_OR_CLONED = "stolen_or_cloned"  # 2: the vehicle was stolen, or its plate used by another
    RESCUE = "rescue"  # 3: to save somebody, or to escape a danger
    DEALT_WITH = "dealt_with"  # 4: an officer dealt with it on the spot
    SIGNALS_DISAGREED = "signals_disagreed"  # 5: lights, signs or lines contradicted each other
    UNCLEAR = "unclear"  # 6: the material does not show vehicle, time, place and facts clearly
    OTHER_VEHICLE = "other_vehicle"  # 7: the vehicle shown is not the one of the register
    OTHER = "other"  # 8: another case in which it must be erased


class VoidGround(StrEnum):
    """On which a decision is taken back: those of the record, and those of the decision itself (APL 75; PR 5)."""

    EMERGENCY_VEHICLE = "emergency_vehicle"
    STOLEN_OR_CLONED = "stolen_or_cloned"
    RESCUE = "rescue"
    DEALT_WITH = "dealt_with"
    SIGNALS_DISAGREED = "signals_disagreed"
    UNCLEAR = "unclear"
    OTHER_VEHICLE = "other_vehicle"
    WRONG_PERSON = "wrong_person"  # somebody else did it
    PROCEDURE = "procedure"  # the way to the decision was not lawful
    REVIEW = "review"  # the organ of review, or a court, said so
    OTHER = "other"


Ground = EraseGround | VoidGround


class Paper(StrEnum):
    """How a decision is served that no text serves (PR 55-56)."""

    LETTER = "letter"  # on the day on which it was handed over
    PUBLIC_NOTICE = "public_notice"  # so many days after the day of the notice
