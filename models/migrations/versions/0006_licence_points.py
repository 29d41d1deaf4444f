"""Cycles, holds and reductions of licence points, and the facts they need."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
OF_STANDINGS = (('probation_until', sa.Date()), ('punished_for', sa.String(length=16)), ('punished_on', sa.Date()), ('cheated_on', sa.Date()))


def upgrade() -> None:
    op.create_index(op.f('ix_licences_first_issued_on'), 'licences', ['first_issued_on'], unique=False)
    for name, kind in OF_STANDINGS:
        op.add_column('licence_standings', sa.Column(name, kind, nullable=True))
    op.add_column('vehicles', sa.Column('inspected_until', sa.Date(), nullable=True))
    op.create_table('point_holds',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('passed_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_point_holds_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_holds'))
    )
    op.create_index(op.f('ix_point_holds_person_id'), 'point_holds', ['person_id'], unique=False)
    still_open = sa.text('ended_on IS NULL')
    op.create_index('uq_point_holds_open', 'point_holds', ['person_id'], unique=True, sqlite_where=still_open, postgresql_where=still_open)
    op.create_table('point_educations',
    sa.Column('reference', sa.String(length=24), nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('hold_id', KEY, nullable=True),
    sa.Column('recorded_by', sa.String(length=64), nullable=False),
    sa.Column('recorded_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_point_educations_person_id')),
    sa.ForeignKeyConstraint(['hold_id'], ['point_holds.id'], name=op.f('fk_point_educations_hold_id')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_point_educations'))
    )
    op.create_index(op.f('ix_point_educations_person_id_last_day'), 'point_educations', ['person_id', 'last_day'], unique=False)
    op.create_index(op.f('ix_point_educations_hold_id'), 'point_educations', ['hold_id'], unique=False)


def downgrade() -> None:
    op.drop_table('point_educations')
    op.drop_table('point_holds')
    op.drop_column('vehicles', 'inspected_until')
    for name, _ in reversed(OF_STANDINGS):
        op.drop_column('licence_standings', name)
    op.drop_index(op.f('ix_licences_first_issued_on'), table_name='licences')
