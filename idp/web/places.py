"""Saying where a browser is, as coarsely as is useful to its owner and without asking anybody else."""

from __future__ import annotations

from flask_babel import gettext as _


def place_of(network: str) -> str:
    """Name the network of a sign-in; nothing is known of it that could be looked up offline and trusted."""
    return _("jaringan %(network)s", network=network) if network else ""
