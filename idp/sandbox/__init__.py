"""Synthetic people and agencies; refused in production mode."""
