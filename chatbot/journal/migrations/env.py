"""Alembic's entry: runs the steps on the connection that `database.migrate` hands over.

There is no offline mode and no alembic.ini: the program itself brings its record up to date.
"""

from __future__ import annotations

from alembic import context

from chatbot.journal.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, since we begin the transaction ourselves
)
with context.begin_transaction():
    context.run_migrations()
