"""OpenID Connect: claims, subjects, assurance, contents of tokens, logout, metadata. Signing is elsewhere."""
