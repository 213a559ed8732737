"""The Python client of client/, against real servers."""
