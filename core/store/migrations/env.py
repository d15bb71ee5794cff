"""How Alembic is run here: on the connection that `core/store/migrate.py` hands it, in its transaction."""

from alembic import context

from core.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, compare_type=True)
context.run_migrations()
