"""Where everything is put together: the only place that names concrete gateways."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.commands import ROUTER
from bot.demo_clock import DemoClock
from bot.duties import DAILY, KINDS
from bot.gateways.sim_register import SignedSimRegister
from bot.gateways.sms_aliyun import AliyunSms
from bot.gateways.wallet import SignedWallet
from bot.gateways.wechat_login import WeChatLogin
from bot.gateways.wechat_media import WeChatMedia
from bot.gateways.wechat_pay import WechatPay
from bot.gateways.wechat_push import WeChatPush
from bot.inbox import Inbox
from bot.memory import Memory
from bot.metrics import Prometheus
from bot.services import Services
from bot.settings import Settings, WrongSettings
from bot.wechat import templates
from bot.wechat.client import Api, WeChatClient, stable_token
from bot.wechat.codec import Codec
from bot.wechat.tokens import TokenSource
from bot.wechat.webhook import Webhook
from bot.wechat.windows import Windows
from handlers.routing import Outside
from models.base.blobs import FileBlobs
from models.base.calendar import StateCalendar
from models.base.clock import CityCivic, Civic, DemoCivic, SystemWall
from models.base.crypto import Links, Vault
from models.base.db import City, Database
from models.base.ephemeral import Ephemeral, MemoryEphemeral
from models.base.ids import Ids
from models.base.metrics import Metrics
from models.base.tariff import SHIPPED, load_tariff
from scheduler.delivery import Delivery
from scheduler.jobs import (
    forget_questions,
    forget_school_years,
    index_names,
    remove_photos,
    seal_audit_events,
)
from scheduler.jobs.compare_wallet import CompareWallet
from scheduler.jobs.query_silent_orders import SilentOrders
from scheduler.jobs.reconcile_bills import ReconcileBills
from scheduler.senders import senders
from scheduler.service import Scheduler


@dataclass(frozen=True, slots=True)
class Shimin:
    """A process's parts; each role starts those it needs."""

    settings: Settings
    services: Services
    delivery: Delivery
    scheduler: Scheduler
    webhook: Webhook
    demo_clock: DemoClock | None


def open_database(settings: Settings) -> Database:
    """The database with everything a unit of work leans on."""
    wall = SystemWall()
    return Database(settings.database_url, city=_city(settings), civic=_civic(settings, wall), wall=wall)


@asynccontextmanager
async def assemble(settings: Settings) -> AsyncIterator[Shimin]:
    """Open everything, and close it in the reverse order."""
    async with AsyncExitStack() as stack:
        database = open_database(settings)
        stack.push_async_callback(database.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        payments = await stack.enter_async_context(open_payments(settings))
        ephemeral = _ephemeral(settings, stack)
        yield _put_together(settings, database, ephemeral, session, payments)


def _put_together(
    settings: Settings,
    database: Database,
    ephemeral: Ephemeral,
    session: aiohttp.ClientSession,
    payments: WechatPay,
) -> Shimin:
    services = _services(settings, database, ephemeral, session, payments)
    channels = senders(services.sms, services.chat, services.wallet, services.payments, database.wall)
    delivery = Delivery(database, KINDS, channels, services.metrics)
    orders = SilentOrders(database, services.payments)
    ticking = (
        orders.job(),
        seal_audit_events.job(database),
        index_names.job(database),
        remove_photos.job(database, services.blobs),
        forget_questions.job(database),
        forget_school_years.job(database),
        ReconcileBills(database, services.payments).job(),
        CompareWallet(database, services.wallet).job(),
    )
    scheduler = Scheduler(database, DAILY, ticking)
    memory = Memory(ephemeral, database.city.vault, database.wall)
    outside = Outside(services.sim_register, services.media, services.blobs)
    inbox = Inbox(database, memory, ROUTER, outside, services.metrics)
    webhook = Webhook(_codec(settings), inbox, services.chat, ephemeral, set())
    clock = _demo_clock(settings, database, scheduler, delivery, orders)
    return Shimin(settings, services, delivery, scheduler, webhook, clock)


def _services(
    settings: Settings,
    database: Database,
    ephemeral: Ephemeral,
    session: aiohttp.ClientSession,
    payments: WechatPay,
) -> Services:
    api = Api(session, base_url=settings.wechat.api_base)
    app_id, secret = settings.wechat.app_id, settings.wechat.app_secret.get_secret_value()
    tokens = TokenSource(
        app_id=app_id, cache=ephemeral, fetch=lambda: stable_token(api, app_id=app_id, secret=secret)
    )
    client = WeChatClient(api, tokens)
    return Services(
        database=database,
        ephemeral=ephemeral,
        kinds=KINDS,
        sms=_sms(settings, session),
        chat=WeChatPush(client, Windows(ephemeral, database.wall), _templates(settings)),
        media=WeChatMedia(client),
        blobs=FileBlobs(settings.blobs, database.city.vault),
        login=WeChatLogin(api, app_id=app_id, secret=secret, open_url=settings.wechat.open_base),
        payments=payments,
        wallet=_wallet(settings, session),
        sim_register=SignedSimRegister(
            session=session,
            base_url=settings.sim_register.api_base,
            secret=settings.sim_register.secret.get_secret_value(),
        ),
        metrics=Prometheus() if settings.metrics_port else Metrics(),
    )


def _templates(settings: Settings) -> templates.Templates:
    file = settings.wechat.templates
    try:
        return templates.load(file) if file else {}
    except templates.WrongTemplates as problem:
        raise WrongSettings(f"SHIMIN_WECHAT__TEMPLATES: {problem}") from problem


def _sms(settings: Settings, session: aiohttp.ClientSession) -> AliyunSms:
    sms = settings.sms
    return AliyunSms(
        session=session,
        endpoint=sms.api_base,
        access_key_id=sms.access_key_id,
        access_key_secret=sms.access_key_secret.get_secret_value(),
        sign_name=sms.sign_name,
        templates=sms.templates,
        callback_secret=sms.callback_secret.get_secret_value(),
    )


def _wallet(settings: Settings, session: aiohttp.ClientSession) -> SignedWallet:
    wallet = settings.wallet
    return SignedWallet(session=session, base_url=wallet.api_base, secret=wallet.secret.get_secret_value())


@asynccontextmanager
async def open_wallet(settings: Settings) -> AsyncIterator[SignedWallet]:
    """The wallet alone."""
    async with aiohttp.ClientSession() as session:
        yield _wallet(settings, session)


def open_payments(settings: Settings) -> WechatPay:
    """The merchant account; an async context manager. Raises WrongSettings."""
    pay = settings.pay
    try:
        return WechatPay(
            app_id=settings.wechat.app_id,
            merchant_id=pay.merchant_id,
            private_key=pay.merchant_key_file.read_text(),
            certificate_serial=pay.merchant_serial,
            apiv3_key=pay.api_v3_key.get_secret_value(),
            public_key=pay.platform_key_file.read_text(),
            public_key_id=pay.platform_key_id,
            notify_url=f"{settings.public_url}/callbacks/wechat-pay",
            host=pay.api_base,
        )
    except (OSError, ValueError) as problem:
        raise WrongSettings(
            f"SHIMIN_PAY__MERCHANT_KEY_FILE, SHIMIN_PAY__PLATFORM_KEY_FILE: {problem}"
        ) from problem


def _codec(settings: Settings) -> Codec:
    wechat = settings.wechat
    return Codec(
        token=wechat.token.get_secret_value(),
        app_id=wechat.app_id,
        original_id=wechat.original_id,
        aes_key=wechat.aes_key.get_secret_value(),
        previous_aes_key=wechat.previous_aes_key.get_secret_value(),
        mode=wechat.mode,
    )


def _city(settings: Settings) -> City:
    keys = settings.vault
    return City(
        tariff=load_tariff(settings.tariff or SHIPPED),
        calendar=StateCalendar(),
        vault=Vault(keys.keys, current=keys.current, index_key=keys.index_key),
        links=Links(settings.link_key),
        ids=Ids(),
        public_url=settings.public_url,
        evidence_hosts=settings.evidence_hosts,
    )


def _civic(settings: Settings, wall: SystemWall) -> Civic:
    return DemoCivic(wall, settings.demo.clock_file) if settings.demo else CityCivic(wall)


def _ephemeral(settings: Settings, stack: AsyncExitStack) -> Ephemeral:
    if not settings.redis_url:
        return MemoryEphemeral()
    from bot.gateways import redis_ephemeral  # a third of a second that most starts need not spend

    redis = redis_ephemeral.RedisEphemeral(settings.redis_url)
    stack.push_async_callback(redis.close)
    return redis_ephemeral.forgiving(redis)


def _demo_clock(
    settings: Settings, database: Database, scheduler: Scheduler, delivery: Delivery, orders: SilentOrders
) -> DemoClock | None:
    if settings.demo is None or not isinstance(database.civic, DemoCivic):
        return None
    return DemoClock(database.civic, settings.demo.clock_key.get_secret_value(), scheduler, delivery, orders)
