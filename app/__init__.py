"""The product: what people and programs may ask for. Imports go down this list, never up.

cli, __main__                     the commands of the server
demo, embedded                    the whole platform under one supervisor, and a fleet that shows it
main                              create_app: the start-up list, top to bottom
openapi                           the document, made from the same types as the answers
routes, permissions, problem_codes  the whole API, who may what, what can go wrong: pages to review
console                           the web application, and its files
operations                        run: health, metrics, doctor, jobs, local objects
dashboards                        show: what people look at
alerting                          warn: rules, alerts, mutes; channels, and what is told by them
control, telemetry, journal       say: provisioning, commands; hear: readings, exports; note
fleet                             things: sites, groups, devices, components, sensors
catalogue                         kinds: profiles, packs, schemas
accounts                          who: sign-in, organizations, API keys
core                              what every area stands on, and which knows none of them
settings                          the only reader of the environment
"""
