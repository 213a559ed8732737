"""Calculated series: sensors whose readings are calculated of others'.

definition  what a calculation says, and what is wrong with one
points      values on a grid of moments, of the inputs' readings: the definition that all else keeps
spans       which readings the values of some moments need
clock       what is due: moments that have come, readings that came late, a history to be filled
turn        some calculations worked on together, from what is read to what is written
membership  which sensors an input means; what profiles declare
            ← start at points, then clock

A calculation has a value at each multiple of its step, counted from 1970, or a gap. What is stored
of it is a function of its definition, of its inputs' readings and of which sensors an input meant
when: whatever arrived when. It is stored by the statement that stores all readings, so that
rollups, latest values, alert rules, live clients and other calculations see nothing special.

How what came late is found: the rows of tsd.latest of all inputs are watched, as those of which
alert rules calculate (ingest/alerting). A reading behind its sensor's newest, or behind what is
settled, is noted in the transaction that stores it, and so is one that is deleted; alerting's
repair passes it on to the calculations. They calculate the moments that it may have changed again,
and write what differs: a second time nothing. A moment is settled in its inputs before they are
read, in a transaction of its own: whoever stores a reading before it afterwards has it noted.

No lock is held while readings are read. Entries of late readings are listed, then readings read,
then all is written in one transaction, if the calculation stands where it stood and the entries are
there still; else somebody else was faster, and it is due again.
"""
