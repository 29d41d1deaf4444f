"""What guardians read, the leagues of their classes, and what they and their teachers write to each other. All of it goes with the school
year (`forgetting.py`), each row naming its class for that."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from models.base.db import Instant, Key, metadata

# Seconds that somebody read of an update on a civic day, counted until an instant of the wall.
reading = Table(
    "school_reading",
    metadata,
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("update_id", Key, ForeignKey("school_updates.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("class_id", Key, ForeignKey("school_classes.id"), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("counted_until", Instant, nullable=False),
    Index(None, "class_id", "day"),
    Index(None, "update_id"),
)
# Who takes part in the league of a class, under which nickname; `nickname_index` is that of the nickname's key.
league = Table(
    "school_league",
    metadata,
    Column("class_id", Key, ForeignKey("school_classes.id"), primary_key=True),
    Column("person_id", Key, ForeignKey("people.id"), primary_key=True),
    Column("nickname", Text, nullable=False),
    Column("nickname_index", LargeBinary(32), nullable=False),
    Column("since", Instant, nullable=False),
    UniqueConstraint("class_id", "nickname_index"),
    Index(None, "person_id"),
)
# What a guardian answered to an update, and the replies: one thread for each update and guardian, the oldest first. `author_id` is the
# guardian or a teacher.
answers = Table(
    "school_answers",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("class_id", Key, ForeignKey("school_classes.id"), nullable=False),
    Column("update_id", Key, ForeignKey("school_updates.id"), nullable=False),
    Column("guardian_id", Key, ForeignKey("people.id"), nullable=False),
    Column("author_id", Key, ForeignKey("people.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Index(None, "update_id", "guardian_id", "id"),
    Index(None, "class_id", "id"),
)
