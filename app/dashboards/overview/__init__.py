"""How an organization is doing, in one request: what the console's first page shows."""
