"""Kinds: what devices report, described once and in versions that never change.

sensor_profiles, device_profiles  the versions: of what a component reports, of what a device has
packs                             bundles of both, shipped or uploaded
schemas                           the same in the languages of others: JSON Schema, DTDL
fields, versions                  one typed value of a profile; `major.minor` and who asks for it
compatibility                     what a new version changes, and whether it breaks anything: pure
profile_versions, usage           what both kinds of profiles have in common; who uses one
binding                           what the fleet asks: devices and components bound to versions
own_schemas, schema_paths         JSON Schemas that people bring, and the work that they can ask for
ids, parameters                   ids of these resources; how lists of profiles are asked
"""
