"""Warning: who is told of what, and what was told.

notification_channels/  where messages go: mail, webhooks of six formats; tried out
notifications/          what is told, and what is not, and why; as messages

Workers do it: workers/alerting.
"""
