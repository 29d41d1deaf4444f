"""Refunds of what came too much, WeChat Pay's bills beside our books, receipts."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = models.base.db.Instant(timezone=True)
LIVE = sa.text("state != 'replaced'")


def upgrade() -> None:
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason', sa.String(length=16), server_default='voided', nullable=False))
        batch_op.add_column(sa.Column('code', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('tries', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('billed_on', sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_refunds_transaction_id_case_number'), type_='unique')
        batch_op.create_index(batch_op.f('ix_refunds_transaction_id'), ['transaction_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refunds_ended_at'), ['ended_at'], unique=False)
        batch_op.create_index('uq_refunds_live', ['transaction_id', 'case_number', 'reason'], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payments_paid_at'), ['paid_at'], unique=False)

    op.create_table('bills',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('payments', sa.Integer(), nullable=False),
    sa.Column('paid', KEY, nullable=False),
    sa.Column('refunds', sa.Integer(), nullable=False),
    sa.Column('refunded', KEY, nullable=False),
    sa.Column('reconciled_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_bills'))
    )
    op.create_table('bill_lines',
    sa.Column('run', sa.String(length=32), nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('what', sa.String(length=8), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('order_number', sa.String(length=64), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('read_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('run', 'line', name=op.f('pk_bill_lines'))
    )
    with op.batch_alter_table('bill_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bill_lines_run_what_number'), ['run', 'what', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_bill_lines_read_at'), ['read_at'], unique=False)
    op.create_table('bill_differences',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('what', sa.String(length=8), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('order_number', sa.String(length=64), nullable=False),
    sa.Column('ours', sa.Integer(), nullable=True),
    sa.Column('theirs', sa.Integer(), nullable=True),
    sa.Column('our_state', sa.String(length=16), nullable=True),
    sa.Column('their_state', sa.String(length=16), nullable=True),
    sa.Column('run', sa.String(length=32), nullable=False),
    sa.Column('found_at', INSTANT, nullable=False),
    sa.Column('settled_at', INSTANT, nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('ticket', sa.String(length=8), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bill_differences')),
    sa.UniqueConstraint('day', 'kind', 'what', 'number', name=op.f('uq_bill_differences_day_kind_what_number'))
    )
    with op.batch_alter_table('bill_differences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bill_differences_number'), ['number'], unique=False)
    op.create_table('receipts',
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('principal', sa.Integer(), nullable=False),
    sa.Column('surcharge', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('payments', sa.JSON(), nullable=False),
    sa.Column('paid_at', INSTANT, nullable=False),
    sa.Column('issued_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_receipts_case_number')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_receipts_person_id')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_receipts')),
    sa.UniqueConstraint('case_number', 'total', name=op.f('uq_receipts_case_number_total'))
    )


def downgrade() -> None:
    op.drop_table('receipts')
    op.drop_table('bill_differences')
    op.drop_table('bill_lines')
    op.drop_table('bills')
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payments_paid_at'))
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.drop_index('uq_refunds_live', sqlite_where=LIVE, postgresql_where=LIVE)
        batch_op.drop_index(batch_op.f('ix_refunds_ended_at'))
        batch_op.drop_index(batch_op.f('ix_refunds_transaction_id'))
        batch_op.create_unique_constraint(batch_op.f('uq_refunds_transaction_id_case_number'), ['transaction_id', 'case_number'])
        batch_op.drop_column('billed_on')
        batch_op.drop_column('tries')
        batch_op.drop_column('code')
        batch_op.drop_column('reason')
