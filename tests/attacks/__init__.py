"""What strangers try who want to bring the platform down: a file for each kind."""
