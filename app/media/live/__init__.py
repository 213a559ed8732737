"""What a camera sees now: low-latency HLS out of the recorder's own parts.

controller   /cameras/{id}/live and /live: who watches
streams      /live/streams/{token}/…: what players fetch
schemas      a session as it travels
service      sessions: begun, kept alive, stopped
edge         the newest seconds of a camera, in Valkey: written by its recorder, read here
playlist     the playlist of an edge: pure
viewing      what stands behind a token; who waits for the next part
local        where a gateway serves it itself, and the token that it checks

    recorder ──parts, edge──▶ Valkey ──one question a request──▶ API ──▶ players

A session is a row, and a key in Valkey that ends by itself: where nobody keeps it alive, the token
in its address is worth nothing any more. No request of a player asks the database.
"""
