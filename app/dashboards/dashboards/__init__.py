"""Dashboards: kept as what they say.

documents                     what one says, and what its types can't tell: checked
inputs                        which sensors its series ask for
grafana                       one as Grafana imports it
templates                     one made of a pack's template
schemas, service, controller  as everywhere
"""
