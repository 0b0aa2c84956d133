"""Flask: thin. Parses, asks the domain, renders. Never writes a query."""
