"""`python -m holdfast_client`: the same as the command `holdfast`."""

from holdfast_client.cli.main import main

if __name__ == "__main__":
    main()
