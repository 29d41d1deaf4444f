"""Why an officer cannot have something, in the words officers read: each says what to do. One table for both doors."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.matter_reasons import SENTENCES as MATTERS
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
        "officer.days": "Days are a list of 1 to {most}, each as 2026-06-01. Write the day of each instalment.",
        "officer.choice": "That is none of the words for this. Choose one of: {choices}.",
        "officer.amount": "An amount that was paid is a whole number of fen above nothing. Write 20000 for 200 yuan.",
        "officer.bank": "The bank is a name of 2 to {most} characters in one line. Write it as it stands on the receipt.",
        "officer.receipt_number": "A receipt's number is 4 to 24 of 0-9, A-Z, a-z and hyphen. Write it as it is printed.",
        "officer.cases": "Cases are a list of 1 to {most} numbers of 12 digits. Write those that stand on the receipt.",
        "officer.yes_or_no": "That is neither true nor false. Say whether it was verified.",
        "officer.limit": "A page has 1 to {most} entries. Ask for less, and go on with `next`.",
        "officer.place": "That is no place in the queue. Begin without `after`, then use `next` as it was given.",
        # what it is about
        "officer.no_case": "There is no case {number} of your authority. Check the 12 digits.",
        "officer.no_ticket": "There is no ticket {number}. Check its letters and digits in the queue.",
        "officer.no_silence": "There is no announcement {number} of your authority. Find it in the queue.",
        "officer.no_nomination": "There is no such nomination. Find its number in the queue.",
        "officer.no_challenge": "There is no such objection or review. Find it in its case.",
        "officer.no_plan": "There is no such payment plan. Find it in its case.",
        "officer.no_refund": "There is no refund {number}. Find its number in the ticket or in the case.",
        "officer.no_photo": "Case {number} has no such photo: it was removed after its term, or its key is wrong. Look at the case again.",
        "officer.no_request": "There is no such request of a lock by hand. Find its id in the ticket.",
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
        "officer.not_to_serve": "Case {number} waits for no service: it is not decided, was served, or has ended. Look at it again.",
        "officer.service_day": "Case {number} was decided on {decided}, and by that day it would be served on {served}. "
        "Name a day from the decision on, by which service has come.",
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
        "officer.same_officer": "You asked for this yourself: a lock or an unlocking by hand takes two. Have another officer confirm it.",
        "officer.request_ended": "Request {number} was confirmed or refused before you. Look at the case.",
        "officer.request_open": "Another officer has asked for the same already. Confirm or refuse that.",
        "officer.not_lockable": "Case {number} is not overdue, or is objected to, or has a plan, or is a minor's. Leave it as it is.",
        "officer.inert": "The tariff names no legal basis for a lock of the wallet, so it is inert. Ask the operator if that is meant.",
        "officer.warning_runs": "A warning is served once case {number} is overdue, and {days} days old at the lock. Ask from {day} on.",
        "officer.locked": "Case {number} is locked already. Nothing to do.",
        "officer.not_locked": "No lock rests on case {number}. Nothing to undo.",
        "officer.plan_ended": "The plan for case {number} was answered or withdrawn before you, or the case ended. Look at it again.",
        "officer.plan_count": "A deferral of case {number} takes one day; instalments take 2 to {most}, each its day. Change the days.",
        "officer.plan_order": "The days for case {number} are not one after the other. Put them in order, each once.",
        "officer.plan_past": "The first day for case {number} has come already. Begin with tomorrow or later.",
        "officer.plan_too_far": "The last day for case {number} is more than {days} days away. Choose an earlier one.",
        "plan.ended": "The plan for case {number} ended before you: answered, withdrawn, or paid. Look at the case again.",
        "officer.wrong_ground": "That ground is not one on which the record of case {number} is erased. Choose one of the eight.",
        "officer.refund_not_failed": "Refund {number} has not failed: it is under way, has arrived, or another officer had it tried again. "
        "Look at the case.",
        # money at the counter
        "officer.receipt_other": "Receipt {receipt} is in with something else on it: {amount}, {bank}, {day}, case {cases}. "
        "Compare it with the paper; if what is in is wrong, ask the operator.",
        "officer.counter_undecided": "Nothing is owed for case {number}: there is no decision. Have it accepted or decided first, "
        "or check the number on the receipt.",
        "officer.counter_before": "Case {number} was decided on {decided}; no bank takes money for it on {day}. Check day and number.",
        "officer.counter_future": "{day} is still to come. Write the day that the bank printed.",
        "officer.refund_by_wechat": "Refund {number} goes back by WeChat Pay. Give nothing out at the counter, and look at the case.",
        "officer.repaid_before": "Refund {number} was given back before, with receipt {receipt}. Give nothing out, and look at the case.",
        "officer.repaid_receipt": "Receipt {receipt} stands for refund {number} already. Check the number on the paper.",
        "officer.repaid_day": "Refund {number} is owed since {since}; today is {today}. Write the day on which it was handed out.",
        # studies, exams and activities
        "officer.education_number": "A reference number is 4 to 24 of 0-9, A-Z, a-z and hyphen. Write it as the school has it.",
        "officer.resident_id": "That is no resident ID. Compare its 18 characters with the card.",
        "officer.minutes": "Minutes are a whole number from 0 to {most}. Write 60 for one hour.",
        "officer.education_days": "The last day is before the first, or still to come. Write the days on which it was held.",
        "officer.no_driver": "This resident ID is not in the register of people. Compare it with the card.",
        "officer.other_education": "Reference {reference} is on record with something else, or for somebody else. Check the number.",
        "officer.not_held": "This licence is not held, so a full-score study or exam does not apply. Look at the number again.",
        "officer.before_hold": "The licence is held since {since}; what was studied before does not count. Record what came after.",
        "officer.study_first": "Days of study needed before the exam: {days}, on record: {studied}. Record the study first.",
        "object.ended": "The objection to case {number} was answered or withdrawn before you. Look at the case again.",
        "officer.ticket_closed": "Ticket {number} was closed before you. There is nothing left to do.",
        "officer.ticket_free": "Ticket {number} is nobody's. Take it first.",
        "officer.ticket_taken": "Ticket {number} is {by}'s. Ask them to release it, or a supervisor.",
    }
)

# What to do with a refund, by its state; for one that failed by WeChat Pay's word for it.
REFUNDS: Mapping[str, str] = MappingProxyType(
    {
        "owed": "It is under way and is asked about until it has arrived. Nothing to do.",
        "counter": "It waits at the counter. Hand it to its owner against identity card and receipt, then `repay` with the number of the "
        "receipt that was signed for it.",
        "counter done": "It was handed out at the counter. Nothing to do.",
        "done": "It has gone back the way it came; banks take up to three working days. Nothing to do.",
        "replaced": "WeChat Pay closed it and another refund took its place. Look at that one.",
        "CLOSED": "WeChat Pay closed it: the money is still with the treasury. Look whether the account has enough and the payment is "
        "younger than a year, then `retry`; it goes under a new number.",
        "ABNORMAL": "The bank did not take it: the card is gone or frozen. Call the citizen, have it mended in WeChat Pay's merchant "
        "console (another card), then `retry`: it is asked about, not paid again.",
        "failed": "WeChat Pay refused it ({code}). Mend what that names, then `retry`; where it cannot go back, pay it out at the counter "
        "and close the ticket with the receipt's number.",
    }
)


def refund_says(state: str, code: str | None, till: str) -> str:
    """What an officer should do about a refund in this state."""
    if till == "counter":
        return REFUNDS["counter" if state == "owed" else "counter done"]
    known = REFUNDS.get(code or "") if state == "failed" else None
    return (known or REFUNDS[state]).format(code=code or "no code")


def sentence(refusal: Refusal) -> str:
    """The sentence for a refusal. What only citizens were told until now is told in their words, in English. Raises KeyError."""
    if refusal.key in SENTENCES:
        return SENTENCES[refusal.key].format_map(refusal.params)
    if refusal.key in MATTERS:
        return MATTERS[refusal.key].format_map(refusal.params)
    return texts(ENGLISH).say(refusal.key, **refusal.params)
