"""The operators' console, through its pages."""
