"""Annotations: notes of a moment or a range, about a site, a device, a component or a sensor.

schemas   as they travel
scope     what one may be about, and where that is
search    which are asked for: what overlaps a window, by an index
service   made, changed, deleted by people; each is told of in the journal
"""
