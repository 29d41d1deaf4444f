"""What an offence's row says besides fine and points; pictures that came with a record; photos that were removed; companies."""

import sqlalchemy as sa
from alembic import op
import models.base.db

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('offences', sa.Column('remark', sa.Text(), server_default='', nullable=False))
    op.add_column('offences', sa.Column('valid_to', sa.Date(), nullable=True))
    op.add_column('offences', sa.Column('undated', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('offences', sa.Column('grave', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('challenge_photos', sa.Column('removed_at', models.base.db.Instant(timezone=True), nullable=True))
    op.create_table('case_evidence',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('case_number', sa.String(length=12), nullable=True),
    sa.Column('handed_in_by', sa.String(length=64), nullable=False),
    sa.Column('blob', sa.String(length=32), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('content_type', sa.String(length=32), nullable=True),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('added_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.Column('removed_at', models.base.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_number'], ['cases.number'], name=op.f('fk_case_evidence_case_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_evidence')),
    sa.UniqueConstraint('blob', name=op.f('uq_case_evidence_blob'))
    )
    op.create_index(op.f('ix_case_evidence_case_number'), 'case_evidence', ['case_number'], unique=False)
    op.add_column('people', sa.Column('company', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('authorisations',
    sa.Column('company_id', KEY, nullable=False),
    sa.Column('person_id', KEY, nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('entered_at', models.base.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['people.id'], name=op.f('fk_authorisations_company_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_authorisations_person_id')),
    sa.PrimaryKeyConstraint('company_id', 'person_id', name=op.f('pk_authorisations'))
    )
    op.create_index(op.f('ix_authorisations_person_id'), 'authorisations', ['person_id'], unique=False)
    with op.batch_alter_table('chat_accounts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('acts_for_id', KEY, nullable=True))
        batch_op.add_column(sa.Column('acts_until', models.base.db.Instant(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f('fk_chat_accounts_acts_for_id'), 'people', ['acts_for_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('chat_accounts', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_chat_accounts_acts_for_id'), type_='foreignkey')
        batch_op.drop_column('acts_until')
        batch_op.drop_column('acts_for_id')
    op.drop_table('authorisations')
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_column('company')
    op.drop_table('case_evidence')
    with op.batch_alter_table('challenge_photos', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
    with op.batch_alter_table('offences', schema=None) as batch_op:
        for name in ('grave', 'undated', 'valid_to', 'remark'):
            batch_op.drop_column(name)
