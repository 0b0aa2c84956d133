"""The `idp` command, one file per noun."""
