"""Whom an organization lets see what it has given them: their sites and devices, and no more."""
