"""Redeeming codes and refresh tokens, once, and minting what they give."""
