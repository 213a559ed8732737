"""What keeps rollups exact, and readings in order.

refresh     what has settled becomes rollups, what came late repairs them; the theory is there
continuous  the same where rollups are continuous aggregates
retention   deletion, packed keys, and how things stand
"""
