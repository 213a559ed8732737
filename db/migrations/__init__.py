"""How the database came to be what it is.

run               `holdfast migrate`: roles, migrations, functions, backend
roles             the roles and schemas, made once by a superuser
versions          the migrations, numbered
baseline          everything there was at the first
previous_release  a database from before the baseline, brought to it
timescale         who keeps the readings: plain PostgreSQL or TimescaleDB
customers         the policies that db/customers.py asks for
cluster           what a restore into another PostgreSQL means
script            what a migration is written with: `tenant_table`
env, env_options  Alembic's entry; how models and database are compared
"""
