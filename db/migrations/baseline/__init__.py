"""What 0001_baseline makes: the tables of one area in each module, in the order of their keys.

accounts · catalogue · fleet · control · telemetry · jobs · readings · rollups
"""
