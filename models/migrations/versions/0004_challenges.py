"""Objections and reviews."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('challenges',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('filed_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('decided_by', sa.String(length=64), nullable=True),
    sa.Column('ground', sa.String(length=24), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_challenges_case_number')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_challenges_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenges'))
    )
    with op.batch_alter_table('challenges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenges_case_number'), ['case_number'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenges_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_challenges_open', ['case_number'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('challenge_photos',
    sa.Column('blob', sa.String(length=32), nullable=False),
    sa.Column('challenge_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content_type', sa.String(length=32), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('added_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenges.id'], name=op.f('fk_challenge_photos_challenge_id')),
    sa.PrimaryKeyConstraint('blob', name=op.f('pk_challenge_photos'))
    )
    with op.batch_alter_table('challenge_photos', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_photos_challenge_id'), ['challenge_id'], unique=False)

    op.create_table('refunds',
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('transaction_id', sa.String(length=32), nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('owed_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', models.base.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_refunds_case_number')),
    sa.ForeignKeyConstraint(['transaction_id'], ['payments.transaction_id'], name=op.f('fk_refunds_transaction_id')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_refunds')),
    sa.UniqueConstraint('transaction_id', name=op.f('uq_refunds_transaction_id'))
    )
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refunds_case_number'), ['case_number'], unique=False)


def downgrade() -> None:
    op.drop_table('refunds')
    op.drop_table('challenge_photos')
    op.drop_table('challenges')
