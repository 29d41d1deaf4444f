"""The registers of people, chat accounts, vehicles, keys and staff. Names, numbers, phones and plates are sealed and blindly indexed."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from models.base.db import Instant, Key, metadata

people = Table(
    "people",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("name_index", LargeBinary(32), index=True),
    Column("resident_id", Text, nullable=False),
    Column("resident_id_index", LargeBinary(32), nullable=False, unique=True),
    Column("phone", Text),
    Column("phone_index", LargeBinary(32), index=True),
    Column("born_on", Date, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("company", Boolean, nullable=False, server_default=false()),
)
Index(
    "ix_people_name_not_indexed",
    people.c.id,
    sqlite_where=people.c.name_index.is_(None),
    postgresql_where=people.c.name_index.is_(None),
)
accounts = Table(
    "chat_accounts",
    metadata,
    Column("openid", String(64), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), unique=True),
    Column("language", String(8), nullable=False),
    Column("following", Boolean, nullable=False),
    Column("bound_at", Instant),
    Column("acts_for_id", Key, ForeignKey("people.id")),
    Column("acts_until", Instant),
)
# Who acts for a company; an ended one stays as the record of who could act when.
authorisations = Table(
    "authorisations",
    metadata,
    Column("company_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("last_day", Date),
    Column("entered_at", Instant, nullable=False),
    Index(None, "person_id"),
)
consents = Table(
    "service_consents",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index(None, "person_id"),
)
bind_codes = Table(
    "bind_codes",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("openid", String(64), nullable=False),
    Column("claim", Text, nullable=False),
    Column("phone_index", LargeBinary(32), nullable=False),
    Column("code_index", LargeBinary(32), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("used_at", Instant),
    Index(None, "openid", "sent_at"),
    Index(None, "phone_index", "sent_at"),
)
vehicles = Table(
    "vehicles",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("plate_kind", String(2), nullable=False),
    Column("plate", Text, nullable=False),
    Column("plate_index", LargeBinary(32), nullable=False),
    Column("vehicle_type", String(32), nullable=False),
    Column("inspected_until", Date),
    UniqueConstraint("plate_index", "plate_kind"),
)
ownerships = Table(
    "ownerships",
    metadata,
    Column("vehicle_id", Key, ForeignKey("vehicles.id"), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Index(None, "person_id"),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("scopes", String(256), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("client", String(8)),
    Column("expires_at", Instant),
    Column("last_used_on", Date),
)
staff = Table(
    "staff",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("authority", String(6), nullable=False),
    Column("roles", String(64), nullable=False),
    Column("key_id", String(8), nullable=False, unique=True),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_on", Date),
)
