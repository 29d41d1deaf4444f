"""Everything a handler may need, in one value that the application holds."""

from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.nonces import Nonces
from sandbox.pay.keys import PayKeys
from sandbox.residents import Town
from sandbox.state import State
from sandbox.tasks import Tasks
from sandbox.wall import Timing
from sandbox.wechat.envelope import Envelope
from sandbox.wechat.quotas import Quotas


@dataclass(frozen=True)
class World:
    """The sandbox's parts; made when the application starts."""

    config: Config
    timing: Timing
    town: Town
    envelope: Envelope
    pay_keys: PayKeys
    faults: Faults
    state: State
    http: ClientSession
    tasks: Tasks = field(default_factory=Tasks)
    nonces: Nonces = field(default_factory=Nonces)
    quotas: Quotas = field(default_factory=Quotas)
    bills: dict[str, tuple[float, bytes]] = field(
        default_factory=dict
    )  # by token: good until (seconds since 1970), the file


WORLD = web.AppKey("world", World)
