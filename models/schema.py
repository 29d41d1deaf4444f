"""All tables, imported in one place: for migrations, and for the test that compares models with migrations."""

from models.base import audit, leases
from models.base.db import metadata
from models.identity import tables as identity
from models.licences import tables as licences
from models.post import desk, inbox
from models.post import tables as post
from models.restrictions import question_tables, wallet_tables
from models.restrictions import tables as restrictions
from models.schools import learning_tables
from models.schools import tables as schools
from models.violations import bill_tables, counter_tables, plan_tables
from models.violations import tables as violations

MODULES = (
    audit,
    leases,
    identity,
    licences,
    desk,
    inbox,
    post,
    restrictions,
    question_tables,
    wallet_tables,
    schools,
    learning_tables,
    violations,
    plan_tables,
    bill_tables,
    counter_tables,
)

__all__ = ["MODULES", "metadata"]
