"""From what became of alerts to messages that somebody has.

notifier  which organizations have something to be told: a loop of its own
planning  the outbox becomes rows of the delivery log: to be sent when, or not, and why
bundling  rows whose time has come become messages, within what a channel may send
sending   a message is sent, again until it is taken: a type of job

What is decided is decided in app/alerting/notifications/policy.py.
"""
