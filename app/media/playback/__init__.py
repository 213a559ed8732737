"""What a camera has seen, played over any range.

controller   /cameras/{id}/playback, and the playlist behind its token
schemas      what is told of a range
service      which footage there is; the playlist
"""
