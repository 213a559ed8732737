"""Clips that people ask for; workers/clips cuts them.

controller   /dvr-clip-requests
schemas      a request as it travels
service      asking, looking, deleting
"""
