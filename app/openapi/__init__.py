"""How the API describes itself: OpenAPI 3.1, made from the types of the handlers that answer it,
and a page to browse."""
