"""Who asked whether somebody may travel; keys that are rotated, and whose client stays the same."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

INSTANT = models.base.db.Instant(timezone=True)


def upgrade() -> None:
    op.create_table('clearance_questions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('person_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('client', sa.String(length=16), nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_questions'))
    )
    op.create_index(op.f('ix_clearance_questions_asked_at'), 'clearance_questions', ['asked_at'], unique=False)
    op.create_index(op.f('ix_clearance_questions_person_index_id'), 'clearance_questions', ['person_index', 'id'], unique=False)
    op.add_column('api_keys', sa.Column('client', sa.String(length=8), nullable=True))
    op.add_column('api_keys', sa.Column('expires_at', INSTANT, nullable=True))
    op.add_column('api_keys', sa.Column('last_used_on', sa.Date(), nullable=True))


def downgrade() -> None:
    """A key that was to end would be in force for ever: it is revoked."""
    op.execute('UPDATE api_keys SET revoked_at = expires_at WHERE expires_at IS NOT NULL AND revoked_at IS NULL')
    op.drop_table('clearance_questions')
    for name in ('last_used_on', 'expires_at', 'client'):
        op.drop_column('api_keys', name)
