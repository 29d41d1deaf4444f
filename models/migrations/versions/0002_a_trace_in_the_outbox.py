"""A trace in the outbox."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


# Both dialects can do this in place; a batch would copy the table, and lose the conditions of its indexes.
def upgrade() -> None:
    op.add_column('outbox', sa.Column('trace', sa.String(length=16), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('outbox', 'trace')
