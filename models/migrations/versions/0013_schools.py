"""Schools: years, classes, teachers, children and their guardians, updates."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INSTANT = models.base.db.Instant(timezone=True)


def upgrade() -> None:
    op.create_table('schools',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schools')),
    sa.UniqueConstraint('code', name=op.f('uq_schools_code'))
    )
    op.create_table('school_quiet_hours',
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('begins', sa.Time(), nullable=False),
    sa.Column('ends', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_quiet_hours_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_school_quiet_hours'))
    )
    op.create_table('school_years',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('school_id', KEY, nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_school_years_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_years')),
    sa.UniqueConstraint('school_id', 'first_day', name=op.f('uq_school_years_school_id_first_day'))
    )
    op.create_index(op.f('ix_school_years_ended_at_last_day'), 'school_years', ['ended_at', 'last_day'], unique=False)
    op.create_table('school_classes',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('year_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=16), nullable=False),
    sa.Column('join_code', sa.String(length=8), nullable=False),
    sa.ForeignKeyConstraint(['year_id'], ['school_years.id'], name=op.f('fk_school_classes_year_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_classes')),
    sa.UniqueConstraint('join_code', name=op.f('uq_school_classes_join_code')),
    sa.UniqueConstraint('year_id', 'name', name=op.f('uq_school_classes_year_id_name'))
    )
    op.create_table('school_children',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('school_id', KEY, nullable=False),
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('number_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('born_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_children_class_id')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_school_children_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_children')),
    sa.UniqueConstraint('school_id', 'number_index', name=op.f('uq_school_children_school_id_number_index'))
    )
    op.create_index(op.f('ix_school_children_class_id'), 'school_children', ['class_id'], unique=False)
    op.create_table('school_teachers',
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_teachers_class_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_teachers_person_id')),
    sa.PrimaryKeyConstraint('class_id', 'person_id', name=op.f('pk_school_teachers'))
    )
    op.create_index(op.f('ix_school_teachers_person_id'), 'school_teachers', ['person_id'], unique=False)
    op.create_table('school_updates',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('author_id', KEY, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=True),
    sa.Column('urgent', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('written_at', INSTANT, nullable=False),
    sa.Column('published_at', INSTANT, nullable=True),
    sa.Column('undo_until', INSTANT, nullable=True),
    sa.Column('withdrawn_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['people.id'], name=op.f('fk_school_updates_author_id')),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_updates_class_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_updates')),
    sa.UniqueConstraint('code', name=op.f('uq_school_updates_code'))
    )
    op.create_index(op.f('ix_school_updates_author_id'), 'school_updates', ['author_id'], unique=False)
    op.create_index(op.f('ix_school_updates_class_id_published_at'), 'school_updates', ['class_id', 'published_at'], unique=False)
    op.create_table('school_consents',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('child_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('given_at', INSTANT, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['child_id'], ['school_children.id'], name=op.f('fk_school_consents_child_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_consents_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_consents'))
    )
    op.create_index(op.f('ix_school_consents_person_id'), 'school_consents', ['person_id'], unique=False)
    op.create_index('uq_school_consents_given', 'school_consents', ['child_id', 'person_id'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('school_guardianships',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('child_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('since', INSTANT, nullable=False),
    sa.Column('confirmed_by', sa.String(length=64), nullable=False),
    sa.Column('left_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['child_id'], ['school_children.id'], name=op.f('fk_school_guardianships_child_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_guardianships_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_guardianships'))
    )
    op.create_index(op.f('ix_school_guardianships_person_id'), 'school_guardianships', ['person_id'], unique=False)
    op.create_index('uq_school_guardianships_stays', 'school_guardianships', ['child_id', 'person_id'], unique=True, sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))
    op.create_table('school_listed_guardians',
    sa.Column('child_id', KEY, nullable=False),
    sa.Column('phone_index', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person_id', KEY, nullable=True),
    sa.ForeignKeyConstraint(['child_id'], ['school_children.id'], name=op.f('fk_school_listed_guardians_child_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_listed_guardians_person_id')),
    sa.PrimaryKeyConstraint('child_id', 'phone_index', name=op.f('pk_school_listed_guardians'))
    )
    op.create_index(op.f('ix_school_listed_guardians_phone_index'), 'school_listed_guardians', ['phone_index'], unique=False)
    op.create_table('school_pictures',
    sa.Column('blob', sa.String(length=32), nullable=False),
    sa.Column('update_id', KEY, nullable=False),
    sa.Column('content_type', sa.String(length=32), nullable=False),
    sa.Column('added_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['update_id'], ['school_updates.id'], name=op.f('fk_school_pictures_update_id')),
    sa.PrimaryKeyConstraint('blob', name=op.f('pk_school_pictures'))
    )
    op.create_index(op.f('ix_school_pictures_update_id'), 'school_pictures', ['update_id'], unique=False)
    op.create_table('school_reads',
    sa.Column('update_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('read_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_reads_person_id')),
    sa.ForeignKeyConstraint(['update_id'], ['school_updates.id'], name=op.f('fk_school_reads_update_id')),
    sa.PrimaryKeyConstraint('update_id', 'person_id', name=op.f('pk_school_reads'))
    )
    op.create_table('school_requests',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('class_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('child_id', KEY, nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('answered_at', INSTANT, nullable=True),
    sa.Column('answered_by', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['child_id'], ['school_children.id'], name=op.f('fk_school_requests_child_id')),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_school_requests_class_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_school_requests_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school_requests'))
    )
    op.create_index(op.f('ix_school_requests_child_id'), 'school_requests', ['child_id'], unique=False)
    op.create_index(op.f('ix_school_requests_class_id_state'), 'school_requests', ['class_id', 'state'], unique=False)
    op.create_index(op.f('ix_school_requests_person_id_asked_at'), 'school_requests', ['person_id', 'asked_at'], unique=False)
    op.create_index('uq_school_requests_asked', 'school_requests', ['class_id', 'person_id'], unique=True, sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))


def downgrade() -> None:
    for name in (
        'school_requests',
        'school_reads',
        'school_pictures',
        'school_listed_guardians',
        'school_guardianships',
        'school_consents',
        'school_updates',
        'school_teachers',
        'school_children',
        'school_classes',
        'school_years',
        'school_quiet_hours',
        'schools',
    ):
        op.drop_table(name)
