"""What the command line does with a platform that runs elsewhere: HTTP and nothing else."""
