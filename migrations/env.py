"""Alembic's entry: runs the steps on the connection that `xinheng.ground.store.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
context.run_migrations()
