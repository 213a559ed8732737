"""Calculated series, kept right: see ingest/calculations.

loops   the clock, and which sensors inputs mean
"""
