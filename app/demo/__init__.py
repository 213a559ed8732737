"""`holdfast demo`: a small fleet that does what real devices do, and the screen that shows it."""
