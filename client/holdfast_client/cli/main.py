"""The command itself. What a group needs is imported when it is used: `holdfast --help` is quick."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

import click

from holdfast_client.api.index import METHODS

# httpx has a command of its own, which loads rich and pygments: a third of its import, for nothing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

# Where the server is installed, these are its commands.
SERVER = (
    *("up", "demo", "migrate", "doctor", "api", "broker", "worker", "recorder", "healthy"),
    *("openapi", "export", "restore", "backup", "admin", "audit"),
)

_NAMES = "a profile's name is letters, digits, - and _"


class NamespaceGroup(click.Group):
    """The methods of one resource."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._methods = {_kebab(each): each for each in METHODS[namespace]}
        super().__init__(_kebab(namespace), help=_what(namespace))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._methods)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._methods:
            return None
        from holdfast_client.cli.operations import command_of

        return command_of(self.namespace, self._methods[cmd_name])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """By the index: none of them is imported."""
        with formatter.section("Commands"):
            summaries = METHODS[self.namespace]
            formatter.write_dl([(name, summaries[each]) for name, each in self._methods.items()])


class Root(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *(_kebab(each) for each in METHODS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        namespace = cmd_name.replace("-", "_")
        if namespace in METHODS:
            return NamespaceGroup(namespace)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [(name, each.get_short_help_str()) for name, each in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(own)
        with formatter.section("The API by resource"):
            formatter.write_dl([(_kebab(each), _what(each)) for each in METHODS])
        if _has_server():
            with formatter.section("The platform on this machine"):
                formatter.write_text(", ".join(SERVER))


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Holdfast, an IoT data platform.

    Answers are tables in a terminal and tab-separated lines elsewhere; --json, --csv, --ids and --jq
    are understood everywhere. HOLDFAST_URL and HOLDFAST_API_KEY say where to, or a profile.
    """


@cli.command()
@click.option("--url", envvar="HOLDFAST_URL", required=True, help="The platform's address.")
@click.option("--profile", help="Under which name it is kept; the host's, if left out.")
@click.option("--scope", multiple=True, help="What the key may do, as devices:read; without, all.")
def login(url: str, profile: str | None, scope: tuple[str, ...]) -> None:
    """Sign in: say yes in the console to a code that is shown, and a key of 90 days is kept."""
    from holdfast_client.cli.failures import told
    from holdfast_client.cli.login import run

    if profile is not None and not _is_name(profile):
        raise click.UsageError(_NAMES)
    with told():
        run(url, profile, scope)


@cli.command()
@click.option("--profile", help="Whose key; the one that is used, if left out.")
def logout(profile: str | None) -> None:
    """End the key of a profile, and forget both."""
    from holdfast_client.cli.failures import told
    from holdfast_client.cli.login import forget

    with told():
        forget(profile)


@cli.group()
def profile() -> None:
    """Platforms and keys under a name."""


@profile.command("add")
@click.argument("name")
@click.option("--url", required=True, help="The platform's address.")
@click.option(
    "--key", envvar="HOLDFAST_API_KEY", prompt="API key", hide_input=True, help="Asked for."
)
def add_profile(name: str, url: str, key: str) -> None:
    """Keep an address and a key, and use them from now on."""
    from holdfast_client.cli import profiles
    from holdfast_client.cli.failures import told
    from holdfast_client.client import Holdfast

    if not _is_name(name):
        raise click.UsageError(_NAMES)
    with told(), Holdfast(url, key) as holdfast:
        whose = holdfast.auth.me().organization_id
        profiles.write(profiles.read().with_profile(profiles.Profile(name, url, key)))
    print(f"{name} is kept in {profiles.path()}, and used: organization {whose}", file=sys.stderr)


@profile.command("list")
def list_profiles() -> None:
    """Those that are kept; * is the one that is used."""
    from holdfast_client.cli import profiles

    found = profiles.read()
    for each in found.all.values():
        print(f"{'*' if each.name == found.active else ' '} {each.name}\t{each.url}")


@profile.command("use")
@click.argument("name")
def use_profile(name: str) -> None:
    """Use this one where none is named."""
    from holdfast_client.cli import profiles
    from holdfast_client.cli.failures import told

    with told():
        profiles.write(profiles.read().using(name))


@profile.command("remove")
@click.argument("name")
def remove_profile(name: str) -> None:
    """Forget an address and a key. The key itself stays good until it is revoked."""
    from holdfast_client.cli import profiles
    from holdfast_client.cli.failures import told

    with told():
        profiles.write(profiles.read().using(name).without(name))


@cli.command()
@click.option("--profile", help="As whom.")
def whoami(profile: str | None) -> None:
    """Where commands go, as whom, and whether the platform is well."""
    from holdfast_client.cli import profiles
    from holdfast_client.cli.failures import told
    from holdfast_client.client import Holdfast

    with told():
        used = profiles.chosen(profile)
        with Holdfast(used.url, used.key) as holdfast:
            me, organization = holdfast.auth.me(), holdfast.organizations.current()
            print(f"profile       {used.name}\nplatform      {used.url}")
            print(
                f"organization  {organization.name} ({organization.id})\nprincipal     {me.principal}"
            )
            print(f"health        {holdfast.health.readiness().status}")


@cli.command()
@click.argument(
    "method", type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"], case_sensitive=False)
)
@click.argument("path")
@click.option(
    "-f", "--field", multiple=True, metavar="NAME=VALUE", help="Of the query, or of the body."
)
@click.option("--input", "body", help="The body: JSON, @FILE, or - for standard input.")
@click.option("--paginate", is_flag=True, help="Every page, as one list.")
@click.option("--jq", help="What this program of jq makes of the JSON.")
@click.option("--profile", help="As whom.")
def api(**given: Any) -> None:
    """Any request of the API: holdfast api GET /devices -f limit=5."""
    from holdfast_client.cli.call import run

    run(**given)


@cli.command()
@click.argument("operation", required=False)
def reference(operation: str | None) -> None:
    """What the API has, offline: all operations, or one in full."""
    from holdfast_client.cli.reference import run

    run(operation)


def main(arguments: list[str] | None = None) -> None:
    """Also of the server's commands, where the server is installed."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in SERVER and not (given[0] == "api" and _is_request(given)):
        _serve(given[0])
        return
    cli(given, prog_name="holdfast")


def _is_name(name: str) -> bool:
    from holdfast_client.cli.profiles import NAME

    return NAME.fullmatch(name) is not None


def _is_request(given: list[str]) -> bool:
    """`holdfast api` alone is the server's; with anything behind it, it is a request."""
    return len(given) > 1


def _serve(command: str) -> None:
    if not _has_server():
        print(f"holdfast: {command} is the server's: pip install holdfast", file=sys.stderr)
        raise SystemExit(2)
    from app.cli import main as serve  # type: ignore[import-untyped]

    serve()


def _has_server() -> bool:
    return find_spec("app") is not None and find_spec("app.cli") is not None


def _what(namespace: str) -> str:
    methods = [_kebab(each) for each in METHODS[namespace]]
    return ", ".join(methods[:6]) + (" …" if len(methods) > 6 else "")


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
