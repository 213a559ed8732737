"""Seeing: cameras and their footage, on the timeline of readings.

cameras   where pictures come from, and how they are
streams   addresses of cameras: read, checked, shown without what is secret
ids       ids of this area's resources

What records, inspects and cuts footage is the workers' business: nothing here knows a codec.
"""
