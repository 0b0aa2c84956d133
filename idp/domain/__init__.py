"""State and policy: SQLAlchemy and keys. Never Flask, never the environment, never the host clock."""
