"""Nominations of drivers, and people found by their names."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
LIVE = sa.text("state IN ('open', 'consented')")
NOT_INDEXED = sa.text('name_index IS NULL')


# Names that are on record already are indexed by a job: only the service has the key.
def upgrade() -> None:
    op.add_column('people', sa.Column('name_index', sa.LargeBinary(length=32), nullable=True))
    op.create_index('ix_people_name_index', 'people', ['name_index'])
    op.create_index('ix_people_name_not_indexed', 'people', ['id'],
                    sqlite_where=NOT_INDEXED, postgresql_where=NOT_INDEXED)
    op.create_table('licence_standings',
    sa.Column('person_id', KEY, autoincrement=False, nullable=False),
    sa.Column('standing', sa.String(length=10), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name='fk_licence_standings_person_id'),
    sa.PrimaryKeyConstraint('person_id', name='pk_licence_standings'),
    )
    op.create_table('nominations',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=False),
    sa.Column('vehicle_id', KEY, nullable=False),
    sa.Column('owner_id', KEY, nullable=False),
    sa.Column('driver_id', KEY, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('answered_at', models.base.db.Instant(timezone=True), nullable=True),
    sa.Column('closed_at', models.base.db.Instant(timezone=True), nullable=True),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('verified_by', sa.String(length=64), nullable=True),
    sa.Column('verdict', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name='fk_nominations_case_number'),
    sa.ForeignKeyConstraint(['vehicle_id'], ['vehicles.id'], name='fk_nominations_vehicle_id'),
    sa.ForeignKeyConstraint(['owner_id'], ['people.id'], name='fk_nominations_owner_id'),
    sa.ForeignKeyConstraint(['driver_id'], ['people.id'], name='fk_nominations_driver_id'),
    sa.PrimaryKeyConstraint('id', name='pk_nominations'),
    )
    op.create_index('ix_nominations_case_number', 'nominations', ['case_number'])
    op.create_index('uq_nominations_live', 'nominations', ['case_number'], unique=True,
                    sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index('ix_nominations_owner_id', 'nominations', ['owner_id'])
    op.create_index('ix_nominations_driver_id', 'nominations', ['driver_id'])
    op.create_index('ix_nominations_vehicle_id', 'nominations', ['vehicle_id'])
    op.create_index('ix_nominations_state_expires_on', 'nominations', ['state', 'expires_on'])


def downgrade() -> None:
    op.drop_table('nominations')
    op.drop_table('licence_standings')
    op.drop_index('ix_people_name_not_indexed', 'people')
    op.drop_index('ix_people_name_index', 'people')
    op.drop_column('people', 'name_index')
