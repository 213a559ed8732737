"""The OpenAPI document, made from the types that handlers take and give.

document              put together
operations, handlers  what a handler says of itself, as an operation
parameters, headers, problems, shapes  its parts
controller            the document and its page for people
"""
