"""Readings as they are committed, to whoever may see them.

service, controller  a stream's beginning; over SSE and WebSocket
selection            what a stream is about
hub                  every stream of this process, one feed an organization
feed, listener       what an organization's log brings; what one stream is sent, and its bounds
events, transport    what travels; how it does over a WebSocket
parameters, documentation, metrics  how it is asked, described and counted
"""
