"""Why a matter cannot be entered or changed so, in the words courts and officers read: each says what to do. One table for all doors."""

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "matter.document": "The document's number is 1 to 64 characters in one line. Send it as your system has it.",
        "matter.word": "Kinds, modes and classes are small letters and underscores, as soft_sleeper. Check how it is written.",
        "matter.scopes": 'Scopes are modes with lists of classes: {{"rail": ["soft_sleeper"], "air": []}}. An empty list is all of it.',
        "matter.kind": "There is no such kind of matter in this city's tariff. Choose one of: {kinds}.",
        "matter.unknown_person": "Nobody is on record with this resident ID and this name. Compare both with the card.",
        "matter.unknown": "There is no matter {number} of yours. Check the 12 digits.",
        "matter.no_scope": "A matter restricts something. Name at least one mode of travel.",
        "matter.outside": "The proportionality table does not allow {scope} for {kind}, so nothing was restricted. Leave it out.",
        "matter.inert": "The tariff names no legal basis for {kind}, so it is inert. Nothing was restricted.",
        "matter.minor": "Minors are never restricted (also for what they did as minors). Nothing was entered.",
        "matter.too_long": "The table allows {kind} from {since} to {latest} at most. Choose an earlier last day.",
        "matter.over": "It takes effect on {since}, and the last day is before that. Choose a later one.",
        "matter.in_future": "{day} is still to come. Send the day on which it happened.",
        "matter.other_content": "This document's number was used before for something else. Check it; a change is sent to `amend`.",
        "matter.closed": "Matter {number} is over, and cannot be changed any more. Enter a new one where there is new ground.",
        "matter.wrong_ending": "Matter {number} ({kind}) does not end so. It ends by: {endings}.",
        "matter.no_such_scope": "Matter {number} does not restrict {mode}. Look at its scopes.",
        "matter.wrong_exemption": "A scope is freed from today on, for {months} month at most, first day before last. Change the days.",
        "matter.no_plea": "There is no such objection. Find it in the queue.",
        "matter.wrong_outcome": "A matter is upheld or struck. Choose one of the two.",
        "matter.plea_answered": "The objection to matter {number} was answered before you, or the matter ended. Look at it again.",
    }
)
