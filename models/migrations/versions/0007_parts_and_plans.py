"""Orders of several cases and of parts of a fine; deferral and instalments."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
OPEN = sa.text("state IN ('asked', 'granted')")

# Until now an order paid one case, whole. What a closed case took is its payment's amount; what was surplus took nothing.
PARTS_OF_ORDERS = """
    INSERT INTO payment_parts (order_number, case_number, position, principal, surcharge, whole,
                               paid_on, paid_principal, paid_surcharge, surplus)
    SELECT o.number, o.case_number, 0, o.total - o.surcharge, o.surcharge, {true},
           CASE WHEN p.order_number IS NOT NULL THEN coalesce(c.closed_on, c.decided_on) END,
           CASE WHEN p.surplus = 0 THEN o.total - o.surcharge WHEN p.surplus > 0 THEN 0 END,
           CASE WHEN p.surplus = 0 THEN o.surcharge WHEN p.surplus > 0 THEN 0 END,
           p.surplus
    FROM payment_orders o JOIN cases c ON c.number = o.case_number
    LEFT JOIN payments p ON p.order_number = o.number
"""


def upgrade() -> None:
    op.create_table('payment_parts',
    sa.Column('order_number', sa.String(length=32), nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('principal', sa.Integer(), nullable=False),
    sa.Column('surcharge', sa.Integer(), nullable=False),
    sa.Column('whole', sa.Boolean(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('paid_principal', sa.Integer(), nullable=True),
    sa.Column('paid_surcharge', sa.Integer(), nullable=True),
    sa.Column('surplus', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_payment_parts_case_number')),
    sa.ForeignKeyConstraint(['order_number'], ['payment_orders.number'], name=op.f('fk_payment_parts_order_number')),
    sa.PrimaryKeyConstraint('order_number', 'case_number', name=op.f('pk_payment_parts'))
    )
    op.create_index(op.f('ix_payment_parts_case_number'), 'payment_parts', ['case_number'], unique=False)
    op.execute(PARTS_OF_ORDERS.format(true='1' if op.get_bind().dialect.name == 'sqlite' else 'true'))
    with op.batch_alter_table('refunds', schema=None) as refunds:
        refunds.drop_constraint('uq_refunds_transaction_id', type_='unique')
        refunds.create_unique_constraint('uq_refunds_transaction_id_case_number', ['transaction_id', 'case_number'])
    op.create_table('payment_plans',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('wished', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('asked_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=False),
    sa.Column('decided_by', sa.String(length=64), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('paid_before', sa.Integer(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_payment_plans_case_number')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_payment_plans_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_plans'))
    )
    for name in ('case_number', 'person_id', 'state'):
        op.create_index(op.f(f'ix_payment_plans_{name}'), 'payment_plans', [name], unique=False)
    op.create_index('uq_payment_plans_open', 'payment_plans', ['case_number'], unique=True,
                    sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table('plan_instalments',
    sa.Column('plan_id', KEY, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['payment_plans.id'], name=op.f('fk_plan_instalments_plan_id')),
    sa.PrimaryKeyConstraint('plan_id', 'position', name=op.f('pk_plan_instalments'))
    )


def downgrade() -> None:
    with op.batch_alter_table('refunds', schema=None) as refunds:
        refunds.drop_constraint('uq_refunds_transaction_id_case_number', type_='unique')
        refunds.create_unique_constraint('uq_refunds_transaction_id', ['transaction_id'])
    op.drop_table('plan_instalments')
    op.drop_table('payment_plans')
    op.drop_table('payment_parts')
