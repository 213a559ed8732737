"""Objects of the local folder over HTTP. `ranges.py` reads the header Range."""
