"""Job definitions, run: what is computed of readings, and what is noted of it.

clock      definitions that are due get a run
job        a run, from its beginning to its end
days       what was read of each day, by which it is seen what came late; the days to compute
finders    the five functions over a sensor's history: findings that begin in some days
sources    a sensor's readings and buckets, a page at a time
findings   what stands, held against what was found: added, changed, withdrawn

Findings belong to the day, in UTC, in which they begin. A finder is asked for some days, looks as
far around them as it must, and says which days it has decided: the same, however many it is asked
for at once.
"""
