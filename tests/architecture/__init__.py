"""Rules about the tree itself: who may import whom, what must be documented, what must never be there."""
