"""Contract tests for connectors: an agency runs them against its own, with nothing else of Gerbang."""
