"""Profiles in the languages of others.

json_schema          out, as JSON Schema 2020-12
dtdl, dtdl_import    out and in, as DTDL v3; what a profile can't hold is told
units                unit symbols and DTDL's, both ways
parameters           what the import is asked with
"""
