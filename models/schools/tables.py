"""Schools with their years and classes, teachers, children with their guardians, and what a class is told.

Of a child is kept what the school's list needs to find it: number, name and day of birth, the first two sealed; no resident ID. All of
it, and all that hangs on it, goes some time after the year of its class (`ending.py`).
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
    literal_column,
)

from models.base.db import Instant, Key, metadata

# `code` is what the education office calls a school.
schools = Table(
    "schools",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
)
# `ended_at`: its data is gone. Both days are of the year.
years = Table(
    "school_years",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("school_id", Key, ForeignKey("schools.id"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("school_id", "first_day"),
    Index(None, "ended_at", "last_day"),
)
# Whoever has the code may ask to join; the QR code's scene is `class:<code>`.
classes = Table(
    "school_classes",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("year_id", Key, ForeignKey("school_years.id"), nullable=False),
    Column("name", String(16), nullable=False),
    Column("join_code", String(8), nullable=False, unique=True),
    UniqueConstraint("year_id", "name"),
)
teachers = Table(
    "school_teachers",
    metadata,
    Column("class_id", Key, ForeignKey("school_classes.id"), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("last_day", Date),
    Index(None, "person_id"),
)
children = Table(
    "school_children",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("school_id", Key, ForeignKey("schools.id"), nullable=False),
    Column("class_id", Key, ForeignKey("school_classes.id"), nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("number_index", LargeBinary(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("born_on", Date, nullable=False),
    UniqueConstraint("school_id", "number_index"),
)
# Whom the school's list calls a child's guardians: by phone, as the register of people indexes it; `person_id` joined by it.
listed_guardians = Table(
    "school_listed_guardians",
    metadata,
    Column("child_id", Key, ForeignKey("school_children.id"), primary_key=True),
    Column("phone_index", LargeBinary(32), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id")),
    Index(None, "phone_index"),
)
# Somebody who is not on the list asks a class's teachers: `said` is the child's name or number as written, `child_id` whom it means.
requests = Table(
    "school_requests",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("class_id", Key, ForeignKey("school_classes.id"), nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("child_id", Key, ForeignKey("school_children.id"), index=True),
    Column("said", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", String(64)),
    Index(None, "class_id", "state"),
    Index(None, "person_id", "asked_at"),
)
# Written out, as in the outbox: a parameter here could not use the index.
ASKED = requests.c.state == literal_column("'asked'")
Index(
    "uq_school_requests_asked",
    requests.c.class_id,
    requests.c.person_id,
    unique=True,
    sqlite_where=ASKED,
    postgresql_where=ASKED,
)
# From the confirmation on, by a teacher or the list; the child tells of which class.
guardianships = Table(
    "school_guardianships",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("child_id", Key, ForeignKey("school_children.id"), nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("since", Instant, nullable=False),
    Column("confirmed_by", String(64), nullable=False),
    Column("left_at", Instant),
    Index(None, "person_id"),
)
STAYS = guardianships.c.left_at.is_(None)
Index(
    "uq_school_guardianships_stays",
    guardianships.c.child_id,
    guardianships.c.person_id,
    unique=True,
    sqlite_where=STAYS,
    postgresql_where=STAYS,
)
# A guardian's consent to the keeping of a child's data (PIPL 31); without one nobody under the tariff's age is anybody's child here.
consents = Table(
    "school_consents",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("child_id", Key, ForeignKey("school_children.id"), nullable=False),
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index(None, "person_id"),
)
GIVEN = consents.c.revoked_at.is_(None)
Index(
    "uq_school_consents_given",
    consents.c.child_id,
    consents.c.person_id,
    unique=True,
    sqlite_where=GIVEN,
    postgresql_where=GIVEN,
)
# Written, then published or thrown away; `code` names it outside. `undo_until` is an instant of the wall.
updates = Table(
    "school_updates",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("class_id", Key, ForeignKey("school_classes.id"), nullable=False),
    Column("author_id", Key, ForeignKey("people.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("link", Text),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("written_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("undo_until", Instant),
    Column("withdrawn_at", Instant),
    Index(None, "class_id", "published_at"),
)
pictures = Table(
    "school_pictures",
    metadata,
    Column("blob", String(32), primary_key=True),
    Column("update_id", Key, ForeignKey("school_updates.id"), nullable=False, index=True),
    Column("content_type", String(32), nullable=False),
    Column("added_at", Instant, nullable=False),
)
# Who has opened an update, and when first. How it reached them is in the outbox, under the update's subject.
reads = Table(
    "school_reads",
    metadata,
    Column("update_id", Key, ForeignKey("school_updates.id"), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("read_at", Instant, nullable=False),
)
# A guardian's own quiet hours, civic time; they may span midnight. Urgent updates come all the same.
quiet_hours = Table(
    "school_quiet_hours",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
)
