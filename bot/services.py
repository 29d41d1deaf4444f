"""What the doors are given: the database and one gateway for each wire, as the Protocols they implement."""

from dataclasses import dataclass

from aiohttp import web

from models.base.db import Database
from models.base.ephemeral import Ephemeral
from models.base.ports import ChatGateway, ChatLogin, PaymentGateway, SimRegister, SmsGateway, WalletGateway
from models.post.notices import Kinds


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may need."""

    database: Database
    ephemeral: Ephemeral
    kinds: Kinds
    sms: SmsGateway
    chat: ChatGateway
    login: ChatLogin
    payments: PaymentGateway
    wallet: WalletGateway
    sim_register: SimRegister


SERVICES = web.AppKey("services", Services)
