"""OAuth 2.0 itself: errors, values, parameters, clients, requests and replies. Imports no sibling package."""
