"""HTTP, once for every route. Only this, controllers and app/main.py know Litestar.

operation        what a handler says of itself: who may call it, what can go wrong, what it takes
parameters       how a parameter is described, and those that many handlers have in common
dependencies     what handlers are given: the edge owns the transaction
signatures       what handlers read of a request, by name
requests         what is checked before a handler runs
query            and what its query may say
head             HEAD for every GET
accept           which format is answered with
responses        an answer's version and place, and where a 304 comes from
streams          answers that are made while they are sent
event_streams    those that are Server-Sent Events
exceptions       any error as a Problem
problem_details  a Problem as an answer
middleware       request ids, log lines, security headers, CORS
server           uvicorn, which ends with its app
connection       one connection, of which everything has an end; live_socket  what it may become
connection_config, connection_limits  how they know of each other; what they hold together
request_reading  from bytes to requests
refusal_answer   a Problem as bytes, before any application is asked
"""
