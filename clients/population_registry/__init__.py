"""The population registry as a simulator: per-field checks over HTTP, synthetic people, faults on request."""
