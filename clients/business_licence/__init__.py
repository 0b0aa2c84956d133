"""The business licence."""
