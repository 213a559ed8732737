"""What all widgets of a dashboard show, in one answer, by a constant number of statements.

service              the statements, in their order
questions            what each widget asks: of which sensors, by which grid; who asks too much
parameters           what it is asked with
schemas, controller  as everywhere
"""
