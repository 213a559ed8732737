"""Seeing: cameras and their footage, on the timeline of readings.

cameras   where pictures come from, and how they are
dvr_clip_requests  clips that people ask for
captures  footage that rules had kept
media_capture_rules  which events are to be seen, and by which cameras
playback  any range of footage, played
segments  footage that a gateway has recorded itself
live      what a camera sees now, watched
footage   footage as it travels: spans, what is missing, links
playlists  HLS playlists of stored footage: pure
tokens    signed tokens in addresses of footage
streams   addresses of cameras: read, checked, shown without what is secret
ids       ids of this area's resources

What records, inspects and cuts footage is the workers' business: nothing here knows a codec.
"""
