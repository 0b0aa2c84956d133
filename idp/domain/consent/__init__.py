"""What a citizen gave a client: decisions, standing authorizations, withdrawal."""
