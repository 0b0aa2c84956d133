"""The one shared package of the domain: engine, transactions, column types."""
