"""One person, one record: accounts, identifiers, sealed and dated attributes."""
