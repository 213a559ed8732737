"""Footage that rules had kept: cut of what a camera saw when something happened.

controller   /captures
schemas      a capture as it travels
service      looking, deleting
"""
