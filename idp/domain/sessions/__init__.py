"""Browser sessions, interactions waiting for the citizen, and logout."""
