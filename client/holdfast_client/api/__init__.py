"""What the API has: see the modules. All of it is generated."""
