"""Readings one by one.

ingestion          from a body of any format to the receipt after the commit
service, answers   asking: pages; streams in every format, in bounded memory
tables, tiers      a sensor's readings as a table; which tier an answer came from
intervals          durations of a fixed length
parameters, documentation  how it is asked; bodies for the document
"""
