"""Reference pairs: a component beside one whose values are trusted, and how they compare.

schemas     as they travel
paired      what both measured in the same times, out of rollups
service     made, changed, deleted by people
answers     a comparison as it travels: figures, points, density, targets
"""
