"""The annual tax return."""
