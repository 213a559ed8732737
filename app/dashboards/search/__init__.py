"""Finding things by their names as one types: for the console's palette, and for programs.

pages                         the console's own, which are found like things
schemas, service, controller  as everywhere
"""
