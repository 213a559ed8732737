"""Channels whose readings are kept: those that report themselves, and those that are calculated.

controller, schemas, service  all of them
calculation_schemas           how a calculation travels
calculations                  what makes a sensor a calculated one, and what stands around it
preview                       what a calculation would give
"""
