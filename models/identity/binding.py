"""Binding a chat account to a person: claim, code to the claimed phone, confirmation (domain 10).

The claim is checked with the SIM register before (network, so outside the transaction); the code goes to that phone, is good for
ten minutes of wall time, once, for five tries, and only for the account and the phone it was made for.
"""

import hmac
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.engine import Row

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.base.locks import alone
from models.identity import acts, store
from models.identity.rules import Claim
from models.identity.tables import accounts, bind_codes
from models.post import outbox
from models.post.notices import Kind, Notice

CODE_DIGITS = 6
RESEND_AFTER = timedelta(minutes=1)  # carriers allow one code a minute to one number
CLAIM = "bind_codes.claim"


async def _still_good(work: Work, notices: Sequence[Notice]) -> set[int]:
    """An expired code is not sent any more."""
    ids = {int(notice.subject.removeprefix("code ")): notice.id for notice in notices}
    oldest = work.wall - timedelta(minutes=work.city.tariff.binding.code_minutes)
    good = select(bind_codes.c.id).where(bind_codes.c.id.in_(ids), bind_codes.c.sent_at > oldest)
    return {ids[row.id] for row in await work.all(good)}


CODE = Kind("bind_code", in_quiet_hours=True, still_true=_still_good)
MOVED = Kind("account_moved")
KINDS = (CODE, MOVED)


async def send_code(work: Work, openid: str, claim: Claim) -> None:
    """Send a code to the claimed phone. Raises Refusal: bound already, too many codes, another name on record."""
    await _refuse_bound(work, openid)
    known = await store.person_by_resident_id(work, claim.resident_id)
    if known and known[1] != claim.name:
        raise Refusal("bind.mismatch")
    phone_index = work.index(claim.phone, store.PHONE)
    await alone(work, f"codes to {phone_index.hex()}", f"codes for {openid}")  # counted, then sent
    await _refuse_too_many(work, bind_codes.c.phone_index == phone_index)
    await _refuse_too_many(work, bind_codes.c.openid == openid)
    code = work.city.ids.digits(CODE_DIGITS)
    row = {
        "openid": openid,
        "claim": work.city.vault.seal_json(asdict(claim), CLAIM),
        "phone_index": phone_index,
        "code_index": _code_index(work, openid, claim.phone, code),
        "sent_at": work.wall,
    }
    code_id = await work.scalar(insert(bind_codes).values(row).returning(bind_codes.c.id))
    params = {"code": code, "minutes": work.city.tariff.binding.code_minutes}
    language = (await store.account(work, openid)).language
    subject = f"code {code_id}"
    await outbox.queue(
        work, CODE, subject=subject, once="sent", params=params, to=claim.phone, language=language
    )


async def confirm_code(work: Work, openid: str, code: str) -> int:
    """Bind the account; returns the person. Raises Refusal for a wrong, used, or outdated code; a wrong try is counted."""
    await _refuse_bound(work, openid)
    sent = await _open_code(work, openid)
    claim = Claim(**work.city.vault.open_json(sent.claim, CLAIM))
    if not hmac.compare_digest(sent.code_index, _code_index(work, openid, claim.phone, code)):
        await work.run(update(bind_codes).where(bind_codes.c.id == sent.id).values(tries=sent.tries + 1))
        left = work.city.tariff.binding.code_tries - sent.tries - 1
        raise Refusal("bind.wrong_code", left=left) if left else Refusal("bind.too_many_tries")
    person_id, earlier_phone = await acts.prove_person(work, claim)
    await work.run(update(bind_codes).where(bind_codes.c.id == sent.id).values(used_at=work.wall))
    await _bind(work, openid, person_id, earlier_phone)
    return person_id


async def _bind(work: Work, openid: str, person_id: int, earlier_phone: str | None) -> None:
    """One account a person: the newest holds. Of a move, or a new phone, the phone on record until now is told."""
    earlier = update(accounts).where(accounts.c.person_id == person_id).values(person_id=None, bound_at=None)
    moved = bool((await work.run(earlier)).rowcount)
    await store.save_account(work, openid, person_id=person_id, bound_at=work.now, following=True)
    await audit.record(work, "account.bound", f"person {person_id}", person_id=person_id, moved=moved)
    if earlier_phone and (moved or earlier_phone != (await store.contact(work, person_id)).phone):
        subject, once = f"person {person_id}", work.wall.isoformat()
        await outbox.queue(work, MOVED, subject=subject, once=once, person_id=person_id, to=earlier_phone)


async def _refuse_bound(work: Work, openid: str) -> None:
    account = await store.account(work, openid)
    if account.person_id is not None:
        raise Refusal("bind.already")


async def _refuse_too_many(work: Work, which: ColumnElement[bool]) -> None:
    day_ago = work.wall - timedelta(days=1)
    recent = select(bind_codes.c.sent_at).where(which, bind_codes.c.sent_at > day_ago)
    sent = [row.sent_at for row in await work.all(recent)]
    limits = work.city.tariff.binding
    last_hour = [at for at in sent if at > work.wall - timedelta(hours=1)]
    if len(sent) >= limits.codes_per_day or len(last_hour) >= limits.codes_per_hour:
        raise Refusal("bind.too_many_codes")
    if sent and max(sent) + RESEND_AFTER > work.wall:
        raise Refusal("bind.code_just_sent")


async def _open_code(work: Work, openid: str) -> Row[Any]:
    """The latest code of this account while it can still be used, held: tries are counted one by one."""
    rules = work.city.tariff.binding
    latest = select(bind_codes).where(bind_codes.c.openid == openid).order_by(bind_codes.c.id.desc()).limit(1)
    sent = await work.first(latest.with_for_update())
    if sent is None or sent.used_at is not None:
        raise Refusal("bind.no_code")
    if sent.sent_at + timedelta(minutes=rules.code_minutes) < work.wall:
        raise Refusal("bind.code_expired")
    if sent.tries >= rules.code_tries:
        raise Refusal("bind.too_many_tries")
    return sent


def _code_index(work: Work, openid: str, phone: str, code: str) -> bytes:
    return work.index(f"{openid}\0{phone}\0{code}", "bind_codes.code")
