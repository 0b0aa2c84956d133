"""The `idp` command as an operator types it."""
