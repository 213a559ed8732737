"""What happened, for people and programs.

events/  one timeline of everything: asked, followed, live; what people note themselves

Events are recorded with what causes them: app/core/events.py, db/queries/events.py.
"""
