"""人工 / person / 0: a human being, with a ticket number and the office hours."""

from handlers.routing import Conversation, Reply, writing
from models.post import desk


@writing("人工", "人工服务", "客服", "person", "human", "agent", argument=True)
async def person(talk: Conversation) -> Reply:
    """人工 / person / 0: hands over to customer service, with a ticket number and the office hours."""
    subject = f"account {talk.account.openid}"
    ticket = await desk.open_ticket(talk.work, "conversation", subject, talk.account.person_id)
    office = talk.work.city.tariff.office
    hours = talk.texts.pick(office.hours, office.hours_en)
    return Reply(talk.say("person.ticket", ticket=ticket, hours=hours, phone=office.phone), asks_person=True)
