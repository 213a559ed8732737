"""Runs of job definitions: begun by people or the clock, and listed with what they read."""
