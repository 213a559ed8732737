"""The command line: `holdfast up` for everything at once, and each process by itself.

| file               | commands                                             |
|--------------------|------------------------------------------------------|
| `run.py`           | up, demo: the whole platform in one terminal         |
| `serve.py`         | api, broker, worker, recorder: one process each      |
| `database.py`      | migrate, doctor                                      |
| `admin.py`         | admin: an organization, the installation's secrets   |
| `admin_ca.py`      | admin ca: the certificate authority, and another one |
| `admin_second_factor.py` | admin second-factor: people who have lost theirs |
| `admin_signing_keys.py` | admin signing-keys: what access tokens are signed with |
| `admin_organizations.py` | admin organizations, usage, sessions: of everybody |
| `as_owner.py`      | what of these works through the database's owner     |
| `backup.py`        | backup, restore: an installation in one file         |
| `audit.py`         | audit: whether the audit log is as it was written    |
| `healthy.py`       | healthy: does a program beside this one answer       |
| `openapi.py`       | openapi: the document                                |
| `export.py`        | export; `export_client.py` asks, waits and downloads |

Heavy parts are imported inside the commands that need them: `holdfast --help` must be quick.
"""

import typer

from app.cli import admin, audit, backup, database, export, healthy, openapi, run, serve

cli = typer.Typer(
    help="Holdfast, an IoT data platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    run.up,
    run.demo,
    database.migrate,
    database.doctor,
    serve.api,
    serve.broker,
    serve.worker,
    serve.recorder,
    healthy.healthy,
    openapi.openapi,
    export.export,
    backup.restore,
):
    cli.command()(command)
cli.add_typer(admin.admin, name="admin")
cli.add_typer(backup.backup, name="backup")
cli.add_typer(audit.audit, name="audit")


def main() -> None:
    cli()
