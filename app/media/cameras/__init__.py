"""Cameras: whose pictures are recorded, from where, and for how long they are kept. The address is
sealed, and never shown again as it is."""
