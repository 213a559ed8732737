"""Writes holdfast_client/api from docs/openapi.json: `make client`.

document   the operations and shapes of the document
names      how things are called in Python
types      JSON Schema as Python annotations
structs    the shapes, as msgspec structs
methods    the operations, as methods
modules    put together: one module a tag, so that an import costs what is used
"""
