"""The citizen's own pages."""
