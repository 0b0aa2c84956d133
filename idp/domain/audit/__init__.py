"""What happened, provably: events, the pending queue and the sealed hash chain."""
