"""What happened, for people and programs.

events/              one timeline of everything: asked, followed, live; what people note themselves
annotation_classes/  kinds of annotations, and the schemas of their values
annotations/         what people, rules and jobs note of a moment or a range
reference_pairs/     a component beside one that is trusted, and how they compare
job_definitions/     what is computed of readings on a clock
job_runs/            when it was computed, what it found and what had changed
figures/             what is computed of series: pure numerics
ids                  the ids of this area's resources

Events are recorded with what causes them: app/core/events.py, db/queries/events.py.
"""
