"""The back room: arq jobs and clocks, one thin file for each kind of later work."""
