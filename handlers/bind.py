"""绑定 / bind: who is writing. Name, resident ID and phone, in one message or several; then the code.

绑定 李明 442000188503121375 13800010001     or 绑定, and the answers one by one
123456                                       the code from the text message
"""

import re
from typing import Any

from handlers.routing import Conversation, Draft, Outside, Reply, writing
from models.base.errors import BadInput, Refusal
from models.base.ports import GatewayDown
from models.identity import acts as identity
from models.identity import binding
from models.identity.rules import Claim, mask_name, mask_phone, read_name, read_phone, read_resident_id, tidy

ID_LIKE = re.compile(
    r"(?<![0-9A-Z])(?:[0-9]{15,17}[0-9X]|[0-9]{6}[ \-][0-9]{8}[ \-][0-9]{3}[0-9X])(?![0-9A-Z])"
)
PHONE_LIKE = re.compile(r"(?<![0-9])(?:\+?86)?[ \-]?(1[0-9]{2}[ \-]?[0-9]{4}[ \-]?[0-9]{4})(?![0-9])")
HAN = re.compile(r"[\u3400-\u9fff·•・]{2,}")
PARTS = ("name", "resident_id", "phone")
LABELS = re.compile(
    r"我的名字是|名字是|名字|姓名|身份证号码|身份证号|身份证|手机号码|手机号|手机|电话|我叫|我是|绑定"
)
READERS = {"name": read_name, "resident_id": read_resident_id, "phone": read_phone}


def parts_of(text: str) -> dict[str, str]:
    """The parts of a claim that stand in a text, without their gaps."""
    plain = tidy(text)
    found: dict[str, str] = {}
    for part, shape in (("resident_id", ID_LIKE), ("phone", PHONE_LIKE)):
        if match := shape.search(plain):
            found[part] = re.sub(r"[ \-]", "", match[match.lastindex or 0])
            plain = plain.replace(match[0], " ", 1)
    if match := HAN.search(LABELS.sub(" ", plain)):
        found["name"] = match[0]
    return found


async def ask_register(argument: str, draft: Draft | None, outside: Outside) -> Any:
    """True, False or None (not asked yet; or no answer: "down") from the SIM register, once the claim is whole."""
    parts = {**(draft.have if draft else {}), **parts_of(argument)}
    try:
        claim = _claim(parts)
    except BadInput:
        return None
    if claim is None:
        return None
    try:
        return await outside.sim_register.matches(
            name=claim.name, resident_id=claim.resident_id, phone=claim.phone
        )
    except GatewayDown:
        return "down"


@writing("绑定", "bind", argument=True, prepare=ask_register)
async def bind(talk: Conversation) -> Reply:
    """Collect the claim; once it is whole and the SIM register agrees, send a code to that phone."""
    if talk.account.person_id is not None:
        raise Refusal("bind.already")
    fresh = parts_of(talk.argument)
    parts = {**(talk.draft.have if talk.draft else {}), **fresh}
    parts, wrong = _well_written(parts)
    draft = Draft("bind", parts)
    if wrong:
        return talk.reply(talk.say(wrong), talk.say("bind.go_on"), draft=draft)
    claim = _claim(parts)
    if claim is None:
        return talk.reply(
            _ask(talk, parts, said_something=bool(talk.argument), understood=bool(fresh)), draft=draft
        )
    if talk.prepared == "down":
        return talk.reply(talk.say("bind.register_down"), draft=draft)
    if not talk.prepared:
        raise Refusal("bind.mismatch")
    await binding.send_code(talk.work, talk.account.openid, claim)
    minutes = talk.work.city.tariff.binding.code_minutes
    return talk.reply(talk.say("bind.code_sent", phone=mask_phone(claim.phone), minutes=minutes))


@writing("验证码", "code", argument=True, listed=False, pattern=re.compile(r"[0-9]{6}"))
async def code(talk: Conversation) -> Reply:
    """The six digits of the text message; then the question of electronic service."""
    person = await binding.confirm_code(talk.work, talk.account.openid, re.sub(r"\D", "", talk.argument))
    contact = await identity.contact(talk.work, person)
    done = talk.say("bind.done", name=mask_name(contact.name))
    if contact.consent:
        return talk.reply(done, actions=[("see_fines", "罚单"), ("see_help", "帮助")])
    agree = [("agree", "电子送达 同意"), ("not_agree", "电子送达 不同意")]
    return talk.reply(done, talk.say("consent.question"), actions=agree)


def _well_written(parts: dict[str, str]) -> tuple[dict[str, str], str]:
    """The parts that can be read, and the reason of the first that cannot."""
    good, wrong = {}, ""
    for part in PARTS:
        try:
            if part in parts:
                good[part] = READERS[part](parts[part])
        except BadInput as problem:
            wrong = wrong or problem.key
    return good, wrong


def _claim(parts: dict[str, str]) -> Claim | None:
    if parts.keys() < set(PARTS):
        return None
    return Claim(**{part: READERS[part](parts[part]) for part in PARTS})


def _ask(talk: Conversation, parts: dict[str, str], *, said_something: bool, understood: bool) -> str:
    """What is still missing, by name; the whole instruction the first time."""
    if not parts:
        return talk.say("bind.not_understood" if said_something and not understood else "bind.how")
    missing = [talk.say(f"bind.part.{part}") for part in PARTS if part not in parts]
    return talk.say("bind.missing", parts=talk.say("bind.part.separator").join(missing))
