"""Things: what stands where, and what it is made of.

sites, device_groups   places; devices by their tags
devices                with CSV in and out
components, sensors    what a device is made of, and what it reports
health                 what devices say of themselves
connections            when they were connected, and why that ended
inspector              what one sends and gets, and what becomes of it
search                 how a fleet of any size is searched: three ways to a page
metadata, ids          free-form metadata and its bounds; ids of these resources
"""
