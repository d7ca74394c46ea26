"""Commands of the notify room."""

from __future__ import annotations

import click
from ckanext.kielce.common.cli import kielce


@kielce.group(short_help="Messages to people")
def notify() -> None:
    """Messages: who was told what, and did it leave."""


@notify.command("list")
@click.option("--limit", default=20, show_default=True, help="So many messages, newest first.")
@click.option("--topic", help="Only this topic.")
@click.option("--status", type=click.Choice(["queued", "sent", "failed", "held"]), help="Only this status.")
def list_messages(limit: int, topic: str | None, status: str | None) -> None:
    """Print the last messages: when, status, topic, to whom, subject, and the error if it did not leave."""
    from ckanext.kielce.notify import sending

    found = sending.recent(limit, topic, status)
    for message in found:
        when = message.created_at.strftime("%Y-%m-%d %H:%M")
        error = f"  ! {message.error}" if message.error else ""
        click.echo(
            f"{when}  {message.status:<6}  {message.topic}  {message.recipient_email}  {message.subject}{error}"
        )
    if not found:
        click.echo("No messages.")


@notify.command()
def send() -> None:
    """Send what is still waiting or failed before, now, without the queue."""
    from ckanext.kielce.notify import sending

    outcomes = [sending.send(message_id) for message_id in sending.waiting()]
    click.echo(f"{outcomes.count('sent')} sent, {outcomes.count('failed')} failed.")
