"""Signing in where the citizen decides on another screen: device authorization (RFC 8628) and CIBA."""
