"""Measuring the hot paths beside a peer, in one run on one machine (`make bench`)."""
