"""Ways back into an account, and the cases that people at a counter work on."""
