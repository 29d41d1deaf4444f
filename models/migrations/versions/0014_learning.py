"""What guardians read, the leagues of their classes, and what they and their teachers write to each other."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = models.base.db.Instant(timezone=True)


def upgrade() -> None:
    op.create_table('school_league',
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('nickname', sa.Text(), nullable=False),
    sa.Column('nickname_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('since', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_league_class_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_league_person_id')),
    sa.PrimaryKeyConstraint('class_id', 'person_id', name=op.f('pk_school_league')),
    sa.UniqueConstraint('class_id', 'nickname_index', name=op.f('uq_school_league_class_id_nickname_index'))
    )
    op.create_index(op.f('ix_school_league_person_id'), 'school_league', ['person_id'], unique=False)
    op.create_table('school_answers',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('update_id', KEY, nullable=False),
    sa.Column('guardian_id', KEY, nullable=False),
    sa.Column('author_id', KEY, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_school_answers_author_id')),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_answers_class_id')),
    sa.ForeignKeyConstraint(['guardian_id'], ['people.id'], name=op.f('fk_school_answers_guardian_id')),
    sa.ForeignKeyConstraint(['update_id'], ['school_updates.id'], name=op.f('fk_school_answers_update_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_answers'))
    )
    op.create_index(op.f('ix_school_answers_class_id_id'), 'school_answers', ['class_id', 'id'], unique=False)
    op.create_index(op.f('ix_school_answers_update_id_guardian_id_id'), 'school_answers', ['update_id', 'guardian_id', 'id'], unique=False)
    op.create_table('school_reading',
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('update_id', KEY, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('counted_until', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_reading_class_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_reading_person_id')),
    sa.ForeignKeyConstraint(['update_id'], ['school_updates.id'], name=op.f('fk_school_reading_update_id')),
    sa.PrimaryKeyConstraint('person_id', 'update_id', 'day', name=op.f('pk_school_reading'))
    )
    op.create_index(op.f('ix_school_reading_class_id_day'), 'school_reading', ['class_id', 'day'], unique=False)
    op.create_index(op.f('ix_school_reading_update_id'), 'school_reading', ['update_id'], unique=False)


def downgrade() -> None:
    for name in ('school_reading', 'school_answers', 'school_league'):
        op.drop_table(name)
