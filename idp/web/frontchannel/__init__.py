"""The browser side of the protocol: pages, cookies, forms, redirects."""
