"""Scopes of travel beside the wallet; matters, exemptions, pleas, locks by hand."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = models.base.db.Instant(timezone=True)
PLEADED = sa.text("state = 'open'")
ASKED = sa.text("state = 'asked'")


def upgrade() -> None:
    with op.batch_alter_table('restrictions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('classes', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('until', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_restrictions_basis'), ['basis'], unique=False)
    op.create_table('matters',
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('owner', sa.String(length=72), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('document_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('listed_on', sa.Date(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('performed_on', sa.Date(), nullable=True),
    sa.Column('delete_by', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('ending', sa.String(length=12), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_matters_person_id')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_matters')),
    sa.UniqueConstraint('owner', 'document_index', name=op.f('uq_matters_owner_document_index'))
    )
    op.create_index(op.f('ix_matters_person_id'), 'matters', ['person_id'], unique=False)
    op.create_index(op.f('ix_matters_closed_on_until'), 'matters', ['closed_on', 'until'], unique=False)
    op.create_index(op.f('ix_matters_closed_on_delete_by'), 'matters', ['closed_on', 'delete_by'], unique=False)
    op.create_table('restriction_exemptions',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('matter_number', sa.String(length=12), nullable=False),
    sa.Column('measure', sa.String(length=16), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('granted_by', sa.String(length=64), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['matter_number'], ['matters.number'], name=op.f('fk_restriction_exemptions_matter_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_restriction_exemptions'))
    )
    op.create_index(op.f('ix_restriction_exemptions_matter_number_measure'), 'restriction_exemptions', ['matter_number', 'measure'], unique=False)
    op.create_table('matter_pleas',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('matter_number', sa.String(length=12), nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('filed_at', INSTANT, nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=False),
    sa.Column('answered_by', sa.String(length=64), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['matter_number'], ['matters.number'], name=op.f('fk_matter_pleas_matter_number')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_matter_pleas_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_matter_pleas'))
    )
    for name in ('matter_number', 'person_id'):
        op.create_index(op.f(f'ix_matter_pleas_{name}'), 'matter_pleas', [name], unique=False)
    op.create_index(op.f('ix_matter_pleas_state_answer_by'), 'matter_pleas', ['state', 'answer_by'], unique=False)
    op.create_index('uq_matter_pleas_open', 'matter_pleas', ['matter_number'], unique=True,
                    sqlite_where=PLEADED, postgresql_where=PLEADED)
    op.create_table('lock_requests',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('act', sa.String(length=8), nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('served_on', sa.Date(), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asked_by', sa.String(length=64), nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('answered_by', sa.String(length=64), nullable=True),
    sa.Column('answered_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_lock_requests_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lock_requests'))
    )
    op.create_index(op.f('ix_lock_requests_case_number'), 'lock_requests', ['case_number'], unique=False)
    op.create_index('uq_lock_requests_asked', 'lock_requests', ['case_number'], unique=True,
                    sqlite_where=ASKED, postgresql_where=ASKED)


def downgrade() -> None:
    for name in ('lock_requests', 'matter_pleas', 'restriction_exemptions', 'matters'):
        op.drop_table(name)
    op.execute("DELETE FROM restrictions WHERE measure <> 'wallet'")
    with op.batch_alter_table('restrictions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_restrictions_basis'))
        batch_op.drop_column('until')
        batch_op.drop_column('classes')
