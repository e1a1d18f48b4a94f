"""The `aos` command: a group of verbs for each layer, and whatever plug-ins add (`aos up`, `aos demo`)."""

import gc
from importlib.metadata import entry_points

import typer

from aos.cli import (
    account,
    answers,
    connections,
    discovery,
    flow,
    knowledge,
    mappings,
    metrics,
    models,
    onboarding,
    runs,
    steering,
    views,
    watching,
)
from aos.cli.access import administration, credentials, keys, people, providers

PLUGINS = "aos.commands"


def build() -> typer.Typer:
    """Return the command with every group and plug-in."""
    app = typer.Typer(
        name="aos",
        help="AutonomOS: discover, connect, unify and act on a company's data.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    account.register(app)
    app.command()(discovery.discover)
    app.add_typer(discovery.findings, name="findings")
    app.add_typer(steering.connections, name="connections")
    app.add_typer(connections.quarantine, name="quarantine")
    app.command()(onboarding.funnel)
    app.add_typer(watching.watches, name="watch")
    app.add_typer(mappings.proposals, name="mappings")
    app.add_typer(views.views, name="views")
    app.add_typer(metrics.metrics, name="metrics")
    app.add_typer(knowledge.kb, name="kb")
    app.add_typer(models.provider, name="provider")
    app.add_typer(runs.runs, name="runs")
    app.command("flow")(flow.flow)
    app.command()(answers.ask)
    app.command()(answers.summary)
    app.command("insights")(runs.insights)
    app.command("lineage")(views.lineage)
    app.add_typer(people.users, name="users")
    app.add_typer(people.invitations, name="invitations")
    app.add_typer(credentials.password, name="password")
    app.add_typer(credentials.sessions, name="sessions")
    app.add_typer(credentials.totp, name="totp")
    app.add_typer(keys.service_accounts, name="service-accounts")
    app.add_typer(keys.keys, name="keys")
    app.add_typer(providers.providers, name="identity-providers")
    app.add_typer(administration.flags, name="flags")
    app.add_typer(administration.audit, name="audit")
    for plugin in entry_points(group=PLUGINS):
        plugin.load()(app)
    return app


def main() -> None:
    """Run the command line."""
    gc.disable()  # a command is built of what stays until it ends
    command = build()
    gc.enable()
    command()
