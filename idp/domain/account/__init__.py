"""Acts on a whole account: another password, a copy of everything, the end."""
