"""Dashboards: kept as what they say.

documents                     what one says, and what its types can't tell: checked
templates                     one made of a pack's template
schemas, service, controller  as everywhere
"""
