"""The journal's events.

schemas, service, controller  asked for, noted by people
following                     in the order in which they were written down: none is missed
hub                           live, to everyone who listens in this process
parameters                    what all three are asked with
"""
