"""Health insurance membership."""
