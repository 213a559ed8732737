"""The audit log: read by pages, and taken away as a file (`export`)."""
