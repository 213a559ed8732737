"""SQL that is no readings' and not the ORM's: one file for each owner of a question.

credentials, authority, idempotency  before a tenant is known, or for all of them
sessions                             of people: those that ended
account_mail                         letters to people that wait
second_factors                       of people
signing_keys                         what access tokens are signed with
secrets                              what is kept under the installation's secrets
quotas                               how much more an organization may have
registry, profiles                   what the write path knows of devices, sensors, profiles
configuration, reported_config       what devices are to have, and what they say they have
rollouts                             how devices fare in a roll-out
device_messages                      the outbox: what devices are still to be sent
commands, command_answers            what devices are told to do, and what they answer
command_runs                         the same for all of a group
presence, health, quarantine         what it keeps of them
events                               the journal
audit                                the seals of the audit log
alerting, alert_late                 what was decided, alerts; what came late
alert_connections                    what brokers told of devices that rules watch
alert_membership, alert_scope        which rules watch which sensors; which a rule would
rule_sources                         the other sensors of which a rule calculates
alert_outbox, alert_news             what became of alerts, to be told
alert_annotations                    what alerts leave on their sensors
calculations, calculation_inputs     what is calculated, how far; of which sensors
calculation_chains                   what is calculated of one another
job_definitions, job_findings        what a job looks at and has read; what it writes
targets, target_sql                  which devices, which sensors
cameras, footage                     who records which camera; what goes when its time is over
live_sessions                        who watches no more
media_requests                       which footage gateways want to send
dashboards                           what widgets are asked about
influx_series                        sensors as InfluxDB has series
search, overview                     what begins with some words; how an organization is doing
operating                            what the operator asks of organizations
jobs, schedule, tenants              the back room's: what is due, and for which organizations
exports, previews                    what an export tells; what a version would have refused
"""
