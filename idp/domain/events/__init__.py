"""Transactional outbox: what must reach others, written with the act itself."""
