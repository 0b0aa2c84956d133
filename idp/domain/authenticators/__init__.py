"""How a person proves to be back: passwords, TOTP, recovery codes, throttles."""
