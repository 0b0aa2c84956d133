"""The only way out for citizen data: the release gate and its ledger."""
