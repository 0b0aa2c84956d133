"""Agencies and their client registrations, with a second pair of eyes."""
