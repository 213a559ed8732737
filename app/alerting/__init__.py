"""Warning: what is watched, what was found, what people do about it, and who is told.

ids                     of its resources, as they travel
alert_rules/            what is watched, and how: versions, words
alert_rule_states/      where a rule stands for each of its sensors, and stood
alert_backtests/        what a rule would have found, at once or as a job
alerts/                 what was found, and how it is handled
alert_mutes/            when nobody is told
notification_channels/  where messages go: mail, webhooks of six formats; tried out
notifications/          what is told, and what is not, and why; as messages

Rules are decided in `ingest/alerting`, by the write path and by workers, and told by
`workers/alerting`; nothing here decides or sends.
"""
