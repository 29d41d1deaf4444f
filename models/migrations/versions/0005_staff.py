"""Staff and what they have to decide."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('staff',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('authority', sa.String(length=6), nullable=False),
    sa.Column('roles', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('secret_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('created_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.Column('revoked_at', models.base.db.Instant(timezone=True), nullable=True),
    sa.Column('last_used_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('key_id', name=op.f('uq_staff_key_id'))
    )
    op.create_table('officer_acts',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('act', sa.String(length=16), nullable=False),
    sa.Column('ground', sa.String(length=32), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('officer', sa.String(length=64), nullable=False),
    sa.Column('at', models.base.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_officer_acts_case_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_officer_acts'))
    )
    op.create_index(op.f('ix_officer_acts_case_number_id'), 'officer_acts', ['case_number', 'id'], unique=False)
    op.create_table('silent_owners',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('vehicle_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('authority', sa.String(length=6), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.String(length=64), nullable=False),
    sa.Column('proposed_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.Column('announced_until', sa.Date(), nullable=False),
    sa.Column('ended_by', sa.String(length=64), nullable=True),
    sa.Column('ended_at', models.base.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_silent_owners_person_id')),
    sa.ForeignKeyConstraint(['vehicle_id'], ['vehicles.id'], name=op.f('fk_silent_owners_vehicle_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_silent_owners'))
    )
    op.create_index(op.f('ix_silent_owners_state_announced_until'), 'silent_owners', ['state', 'announced_until'], unique=False)
    op.create_index(op.f('ix_silent_owners_vehicle_id_person_id'), 'silent_owners', ['vehicle_id', 'person_id'], unique=False)
    op.create_table('silent_cases',
    sa.Column('silence_id', KEY, nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_silent_cases_case_number')),
    sa.ForeignKeyConstraint(['silence_id'], ['silent_owners.id'], name=op.f('fk_silent_cases_silence_id')),
    sa.PrimaryKeyConstraint('silence_id', 'case_number', name=op.f('pk_silent_cases'))
    )
    op.create_index(op.f('ix_silent_cases_case_number'), 'silent_cases', ['case_number'], unique=False)
    op.add_column('desk_tickets', sa.Column('due_on', sa.Date(), nullable=True))
    op.add_column('desk_tickets', sa.Column('taken_by', sa.String(length=64), nullable=True))
    op.add_column('desk_tickets', sa.Column('taken_at', models.base.db.Instant(timezone=True), nullable=True))
    op.add_column('desk_tickets', sa.Column('closed_by', sa.String(length=64), nullable=True))
    op.add_column('desk_tickets', sa.Column('outcome', sa.Text(), nullable=True))
    op.create_index(op.f('ix_desk_tickets_subject'), 'desk_tickets', ['subject'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_desk_tickets_subject'), table_name='desk_tickets')
    for name in ('outcome', 'closed_by', 'taken_at', 'taken_by', 'due_on'):
        op.drop_column('desk_tickets', name)
    op.drop_table('silent_cases')
    op.drop_table('silent_owners')
    op.drop_table('officer_acts')
    op.drop_table('staff')
