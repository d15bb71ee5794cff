"""Where alerts, the outbox and surfaces are kept: the Store port on SQLite or PostgreSQL."""
