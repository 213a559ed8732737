"""Footage, once it is there: read to the sample, and taken away when its time is over.

boxes   our own fragmented MP4, read without any library
live    live sessions end, and are counted
purge   age and size, deleted cameras: rows first, objects a while later
"""
