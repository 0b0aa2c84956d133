"""The authorization endpoint: resolve, check, ask the citizen, answer. Builds on `oauth` and `oidc`."""
