"""The provider: one identity for every citizen, an OpenID Connect issuer for every agency."""
