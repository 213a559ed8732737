"""Devices: how they are found, and how a fleet comes in and goes out as CSV.

service     create, read, change, remove
search      the conditions of a list
counts      how many of each state there are, everywhere and at each site
csv_format  one line of a fleet's file, both ways
csv_import  a file into the database: dry or for real
csv_export  the fleet as a file
parameters  how lists are asked
"""
