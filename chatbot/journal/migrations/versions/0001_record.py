"""The first record: answers, votes, totals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates the three tables."""
    op.create_table(
        "answers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("face", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("history", sa.JSON, nullable=False),
        sa.Column("understood_as", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("missing", sa.JSON, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("build", sa.String(64), nullable=False),
        sa.Column("took_ms", sa.Float, nullable=False),
    )
    op.create_index("answers_by_time", "answers", ["asked_at", "id"])
    op.create_table(
        "votes",
        sa.Column(
            "answer_id", sa.String(64), sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rating", sa.String(8), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_table(
        "totals",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("face", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("up", sa.Integer, nullable=False),
        sa.Column("down", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Removes them, with all that was recorded."""
    op.drop_table("totals")
    op.drop_table("votes")
    op.drop_table("answers")
