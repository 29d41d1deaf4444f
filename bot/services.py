"""What the doors are given: the database and one gateway for each wire, as the Protocols they implement."""

from dataclasses import dataclass, field

from aiohttp import web

from models.base.blobs import Blobs
from models.base.db import Database
from models.base.ephemeral import Ephemeral
from models.base.metrics import Metrics
from models.base.ports import (
    ChatGateway,
    ChatLogin,
    ChatMedia,
    PaymentGateway,
    SimRegister,
    SmsGateway,
    WalletGateway,
)
from models.post.notices import Kinds


@dataclass(slots=True)
class Life:
    """`draining`: this process was asked to end. It finishes what it has and wants nothing new."""

    draining: bool = False


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may need."""

    database: Database
    ephemeral: Ephemeral
    kinds: Kinds
    sms: SmsGateway
    chat: ChatGateway
    media: ChatMedia
    blobs: Blobs
    login: ChatLogin
    payments: PaymentGateway
    wallet: WalletGateway
    sim_register: SimRegister
    metrics: Metrics = field(default_factory=Metrics)
    life: Life = field(default_factory=Life)


SERVICES = web.AppKey("services", Services)
