"""What is paid at the counter of the treasury's bank, and given back there; what the wallet holds, compared with what we hold."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

INSTANT = models.base.db.Instant(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('payments', sa.Column('till', sa.String(length=8), server_default='wechat', nullable=False))
    op.add_column('refunds', sa.Column('receipt_no', sa.String(length=24), nullable=True))
    op.create_index('uq_refunds_receipt_no', 'refunds', ['receipt_no'], unique=True)
    op.create_table('counter_receipts',
    sa.Column('receipt_no', sa.String(length=24), nullable=False),
    sa.Column('bank', sa.Text(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('case_numbers', sa.Text(), nullable=False),
    sa.Column('order_number', sa.String(length=32), nullable=False),
    sa.Column('entered_by', sa.String(length=64), nullable=False),
    sa.Column('entered_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['order_number'], ['payment_orders.number'], name=op.f('fk_counter_receipts_order_number')),
    sa.PrimaryKeyConstraint('receipt_no', name=op.f('pk_counter_receipts')),
    sa.UniqueConstraint('order_number', name=op.f('uq_counter_receipts_order_number'))
    )
    op.create_table('wallet_comparisons',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('held_there', sa.Integer(), nullable=False),
    sa.Column('held_here', sa.Integer(), nullable=False),
    sa.Column('compared_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_wallet_comparisons'))
    )
    op.create_table('wallet_differences',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('found_at', INSTANT, nullable=False),
    sa.Column('settled_at', INSTANT, nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.Column('ticket', sa.String(length=8), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wallet_differences')),
    sa.UniqueConstraint('day', 'kind', 'reference', name=op.f('uq_wallet_differences_day_kind_reference'))
    )
    op.create_index(op.f('ix_wallet_differences_reference'), 'wallet_differences', ['reference'], unique=False)


def downgrade() -> None:
    """Money at the counter stays booked; how it was paid is forgotten."""
    op.drop_table('wallet_differences')
    op.drop_table('wallet_comparisons')
    op.drop_table('counter_receipts')
    op.drop_index('uq_refunds_receipt_no', table_name='refunds')
    op.drop_column('refunds', 'receipt_no')
    op.drop_column('payments', 'till')
