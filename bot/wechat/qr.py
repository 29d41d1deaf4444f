"""QR codes that lead to the account, one for each office or class; the scene tells which one was scanned."""

import re
from dataclasses import dataclass

import structlog

from bot.wechat.client import WeChatClient
from bot.wechat.http import NoAnswer
from bot.wechat.messages import IncomingMessage, Scan, Subscribe

OFFICE = "office:"
CLASS = "class:"  # behind it stands the code by which a guardian joins
CLASS_CODE = re.compile(r"[2-9A-HJ-NP-Z]{8}")
SCENE_LIMIT = 64  # WeChat counts 1 to 64; taken as bytes, which is the stricter reading
LONGEST_DAYS = 30
DAY = 24 * 3600
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class QrCode:
    """`url` is what the code says: draw it oneself; `picture_url` is WeChat's own picture. `seconds` is 0 for a permanent one."""

    scene: str
    url: str
    picture_url: str
    seconds: int


def scene_of(office: str) -> str:
    """The scene of an office: `office:<name>`. Raises ValueError for a name that does not fit."""
    scene = f"{OFFICE}{office}"
    if not office or not office.isprintable() or office != office.strip():
        raise ValueError("office: must be a name")
    if len(scene.encode()) > SCENE_LIMIT:
        raise ValueError(f"office: must be at most {SCENE_LIMIT - len(OFFICE)} bytes")
    return scene


def scene_of_class(code: str) -> str:
    """The scene of a class: `class:<code>`. Raises ValueError for what is no code of one."""
    if not CLASS_CODE.fullmatch(code.upper()):
        raise ValueError("class: must be its code of 8 letters and digits, as its teacher sees it")
    return f"{CLASS}{code.upper()}"


def words_of(scene: str) -> str:
    """What whoever scans this code asks for, as if it had been written; empty where that is nothing in particular."""
    return f"加入 {scene.removeprefix(CLASS)}" if scene.startswith(CLASS) else ""


def office_of(message: IncomingMessage) -> str:
    """The office whose code led here, by a follow or a scan; empty for any other message or code."""
    match message:
        case Subscribe(scene=scene) | Scan(key=scene) if scene.startswith(OFFICE):
            return scene.removeprefix(OFFICE)
        case _:
            return ""


def note(message: IncomingMessage) -> None:
    """One line of the log for each code that was scanned: counted by office, they tell which poster brings people."""
    if office := office_of(message):
        log.info("office_scanned", office=office, followed=isinstance(message, Subscribe))


async def create(client: WeChatClient, scene: str, *, days: int | None) -> QrCode:
    """A code for `days` days (1 to 30), or a permanent one (an account has 100,000). Raises ValueError, and as `Api.call`."""
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"days: must be 1 to {LONGEST_DAYS}")
    # Without expire_seconds WeChat makes a code of 60 seconds.
    lasting = {"expire_seconds": days * DAY} if days else {}
    name = "QR_STR_SCENE" if days else "QR_LIMIT_STR_SCENE"
    body = {**lasting, "action_name": name, "action_info": {"scene": {"scene_str": scene}}}
    answer = await client.qrcode.create(body)
    ticket, url = answer.get("ticket"), answer.get("url")
    if not (isinstance(ticket, str) and ticket and isinstance(url, str) and url):
        raise NoAnswer("no ticket in the answer")
    return QrCode(scene, url, client.qrcode.get_url(ticket), int(answer.get("expire_seconds") or 0))
