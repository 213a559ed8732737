"""Bundles of profiles and templates.

documents  JSON or YAML with the line and column of everything in it
format     what a pack may hold; shipped/README.md tells it to people
checking   everything that is wrong with one, with its place
alert_rules  whether its alert rules make sense
classes    the annotation classes that it brings
job_definitions  what it has computed on a clock
content    the profiles that it brings, and taking them away
service    uploaded, listed, installed, taken away: each a transaction
upgrade    from one version to a later one: who moves, who stays
shipped    those that ship with the product
"""
