"""Kinds of annotations: what they may be about, and the JSON Schema of their values."""
