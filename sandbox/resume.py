"""After a restart: what was promised and not yet told is told."""

from collections.abc import Coroutine

from sandbox.carrier import receipts
from sandbox.pay import notices, refunds
from sandbox.state import Text
from sandbox.wechat import sendings
from sandbox.world import World


def resume(world: World) -> None:
    """Start the outstanding deliveries, receipts and payment notifications again, each with its whole schedule."""
    for sending in world.state.sendings:
        if not sending.done:
            world.tasks.start(sendings.finish(world, sending))
    for order in world.state.orders:
        if order.state == "SUCCESS" and not order.told:
            world.tasks.start(notices.tell(world, order))
    for refund in world.state.refunds:
        if not refund.told:
            world.tasks.start(refunds.arrive(world, refund))
    for text in world.state.texts:
        if not text.told:
            world.tasks.start(_rest(world, text))


def _rest(world: World, text: Text) -> Coroutine[None, None, None]:
    """What remains to be done for a text."""
    return receipts.report(world, text) if text.status == "waiting" else receipts.tell(world, text)
