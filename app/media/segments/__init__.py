"""Footage that a gateway has recorded itself: announced, sent to the object store, inspected.

    announced ──▶ AWAITED ── PUT to the store ── complete ──▶ INSPECTED ──▶ STORED, or REFUSED
                     └── LINK_LIFETIME ──▶ gone, with what was sent

controller   /cameras/{id}/segments
schemas      what is announced, and what became of it
service      announced, completed

What is sent is read by nobody but a sandbox (workers/inspection/job.py), which writes it anew in
our own form; the original is taken away. Every object has a garbage row from before it is there, so
that what nobody completes goes by itself.
"""
