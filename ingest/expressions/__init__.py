"""Calculations that people write over named series: bounded, and without side effects.

tokens    a text, cut into names, numbers and signs
tree      what an expression is made of
parsing   a text becomes a tree, or is refused at its place
checking  a text beside the names that are there for it
values    what a tree comes to for columns of numbers

Pure: nothing here knows rules, sensors or a database. The grammar is in docs/alerting.md.
"""
