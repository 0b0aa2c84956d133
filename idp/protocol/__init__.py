"""OAuth 2.0 and OpenID Connect as pure functions: values in, values out.

Belongs here: parsing, checking, deciding, building answers, all from arguments. Never here: Flask, SQL, keys,
settings, the clock, the environment.
"""
