"""Leave applications of civil servants."""
