"""The embedded default: the entire platform from one command, on a Linux machine that has only Python."""
