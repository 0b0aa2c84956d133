"""Passkeys as pure values: who the relying party is, and what an authenticator's certificate says (WebAuthn L3)."""
