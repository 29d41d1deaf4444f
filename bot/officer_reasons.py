"""Why an officer cannot have something, in the words officers read: each says what to do. One table for both doors."""

from collections.abc import Mapping
from types import MappingProxyType

from models.base.errors import Refusal
from models.base.texts import ENGLISH, texts

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # who asks, and how
        "officer.revoked": "Your key was revoked a moment ago, and nothing was done. Ask the operator for a new one.",
        "officer.role": "This takes the role {role}, which you do not have. Ask somebody who has it.",
        "officer.too_many": "That was too often in a short time. Go on in {seconds} seconds.",
        "officer.unknown_field": "There is no field {field} here. Check how it is written.",
        "officer.missing_field": "The field {field} is missing. Add it.",
        "officer.reasons": "Reasons are a text of 1 to {most} characters. Write what you found and why it is so decided.",
        "officer.fen": "An amount is a whole number of fen. Write 50000 for 500 yuan.",
        "officer.day": "That is no day. Write it as 2026-06-01.",
        "officer.choice": "That is none of the words for this. Choose one of: {choices}.",
        "officer.yes_or_no": "That is neither true nor false. Say whether it was verified.",
        "officer.limit": "A page has 1 to {most} entries. Ask for less, and go on with `next`.",
        "officer.place": "That is no place in the queue. Begin without `after`, then use `next` as it was given.",
        # what it is about
        "officer.no_case": "There is no case {number} of your authority. Check the 12 digits.",
        "officer.no_ticket": "There is no ticket {number}. Check its letters and digits in the queue.",
        "officer.no_silence": "There is no announcement {number} of your authority. Find it in the queue.",
        "officer.no_nomination": "There is no such nomination. Find its number in the queue.",
        "officer.no_challenge": "There is no such objection or review. Find it in its case.",
        "officer.no_photo": "Case {number} has no such photo: it was removed after its term, or its key is wrong. Look at the case again.",
        "officer.busy": "Case {number} is changing hands at this moment, and nothing was done. Try again.",
        # what stands against it
        "officer.not_undecided": "Case {number} is no longer undecided: it was decided or ended before you. Look at it again.",
        "officer.not_decided": "Case {number} has no decision in force that could be taken back. Look at it again.",
        "officer.not_waiting": "The term of case {number} is not running: its owner was not told yet, or it was handled. Look at it again.",
        "officer.fixed_fine": "The fine of case {number} is fixed by the catalogue. If the record is wrong, erase it instead.",
        "officer.no_figure": "A fine is more than nothing. If nothing is due for case {number}, erase the record with its ground.",
        "officer.out_of_range": "The catalogue allows {low} to {high} for case {number}. Choose a figure within.",
        "officer.figure_stands": "The figure of case {number} is {stands} by now, set by another officer perhaps. "
        "To lower it, say that you replace that figure.",
        "officer.figure_not_lower": "The owner of case {number} was told {stands}; after hearing them it may be lowered, never raised. "
        "Choose a lower figure or leave it.",
        "officer.extended_before": "The term of case {number} was extended before, and that is possible once. It ends on {by}.",
        "officer.extension": "The term of case {number} ends on {by} and may be extended to {latest} at most. "
        "Choose a day after today in between.",
        "officer.too_few_silent": "The owner has {count} unhandled records of this vehicle; from {needed} on they may be announced. "
        "Wait, or look for the others.",
        "officer.still_announced": "Announcement {number} runs to the end of {until}. Decide on the day after it.",
        "officer.silence_ended": "Announcement {number} was decided or withdrawn before you. Look at its cases.",
        "officer.nomination_ended": "The nomination for case {number} was verified or ended before you. Look at the case again.",
        "officer.challenge_ended": "The objection to case {number} was answered or withdrawn before you. Look at the case again.",
        "officer.wrong_outcome": "Case {number} does not allow that outcome: what is undecided is erased, what is decided is voided, "
        "or either is upheld. Look at its state.",
        "officer.wrong_ground": "That ground is not one on which the record of case {number} is erased. Choose one of the eight.",
        "object.ended": "The objection to case {number} was answered or withdrawn before you. Look at the case again.",
        "officer.ticket_closed": "Ticket {number} was closed before you. There is nothing left to do.",
        "officer.ticket_free": "Ticket {number} is nobody's. Take it first.",
        "officer.ticket_taken": "Ticket {number} is {by}'s. Ask them to release it, or a supervisor.",
    }
)


def sentence(refusal: Refusal) -> str:
    """The sentence for a refusal. What only citizens were told until now is told in their words, in English. Raises KeyError."""
    if refusal.key in SENTENCES:
        return SENTENCES[refusal.key].format_map(refusal.params)
    return texts(ENGLISH).say(refusal.key, **refusal.params)
