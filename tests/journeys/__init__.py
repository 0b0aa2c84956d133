"""Days in real Chromium against the sandbox that `make run` starts: one citizen, one administrator, bad roads."""
