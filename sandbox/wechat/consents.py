"""What a citizen has agreed to be told: for a one-time template, one notice for each time they said yes."""

from dataclasses import replace
from typing import Any

from sandbox.state import State
from sandbox.wechat import chat

ON_A_PAGE = "1"  # where the question popped up: 1 a page, 2 an article
CHOICES = ("accept", "reject", "cancel")


class NoConsent(Exception):
    """No consent to this template is left."""


def use(state: State, openid: str, template_id: str) -> None:
    """Use up one consent. Raises NoConsent."""
    bond = chat.bond(state, openid)
    left = bond.consents.get(template_id, 0)
    if left < 1:
        raise NoConsent
    state.bonds.put(replace(bond, consents=bond.consents | {template_id: left - 1}))


def choose(state: State, openid: str, template_id: str, choice: str) -> tuple[str, dict[str, Any]]:
    """Answer the question (accept, reject), or take every consent back (cancel); the event that tells the service."""
    bond = chat.bond(state, openid)
    left = {"accept": bond.consents.get(template_id, 0) + 1, "cancel": 0}
    if choice in left:
        state.bonds.put(replace(bond, consents=bond.consents | {template_id: left[choice]}))
    if choice == "cancel":
        answer = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
        return "subscribe_msg_change_event", {"SubscribeMsgChangeEvent": {"List": answer}}
    answer = {"TemplateId": template_id, "SubscribeStatusString": choice, "PopupScene": ON_A_PAGE}
    return "subscribe_msg_popup_event", {"SubscribeMsgPopupEvent": {"List": answer}}
