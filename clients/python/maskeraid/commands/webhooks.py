"""`maskeraid webhooks …`."""

from typing import Annotated, Literal

import typer

from maskeraid.objects import WebhookEndpoint
from maskeraid.terminal import AsJson, Group, connected, print_object, print_objects, print_outcome, print_rows

app = typer.Typer(cls=Group, no_args_is_help=True, help="Where news goes, and what became of it.")

EndpointId = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id, whe_…")]
DeliveryId = Annotated[str, typer.Argument(metavar="DELIVERY", help="Its id, dlv_…")]
Status = Annotated[Literal["pending", "delivered", "given_up"] | None, typer.Option(help="Only in this status.")]
Sink = Annotated[Literal["webhook", "email"] | None, typer.Option(help="Only by this way.")]


@app.command("list")
def list_endpoints(as_json: AsJson = False) -> None:
    """Your endpoints."""
    columns = ["id", "url", "event_types", "is_enabled", "disabled_reason"]
    with connected() as client:
        print_objects(client.webhook_endpoints.list(), columns, as_json=as_json)


@app.command("create")
def create_endpoint(
    url: Annotated[str, typer.Argument(help="https://… that takes a POST for each event.")],
    event: Annotated[list[str] | None, typer.Option(help="Only this event; repeatable. Default: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Have events sent to a URL; the secret that signs them is shown once."""
    with connected() as client:
        _show_secret(client.webhook_endpoints.create(url, event or ["*"]), as_json=as_json)


@app.command("test")
def send_test(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Send a test event."""
    with connected() as client:
        sent = client.webhook_endpoints.test(endpoint_id)
    print_outcome(sent, f"sent; what came of it: maskeraid webhooks show {sent.id}", as_json=as_json)


@app.command("rotate")
def rotate_secret(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Sign with a new secret, shown once; for 24 hours the old one signs too."""
    with connected() as client:
        _show_secret(client.webhook_endpoints.rotate_secret(endpoint_id), as_json=as_json)


@app.command("enable")
def enable_endpoint(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Send there again after it was disabled."""
    with connected() as client:
        enabled = client.webhook_endpoints.enable(endpoint_id)
    print_outcome(enabled, "enabled", as_json=as_json)


@app.command("delete")
def delete_endpoint(endpoint_id: EndpointId, as_json: AsJson = False) -> None:
    """Send nothing there any more."""
    with connected() as client:
        client.webhook_endpoints.delete(endpoint_id)
    print_outcome({"id": endpoint_id, "deleted": True}, "deleted", as_json=as_json)


@app.command("deliveries")
def list_deliveries(
    endpoint: Annotated[str | None, typer.Option(help="Only to this endpoint.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only about this job.")] = None,
    status: Status = None,
    sink: Sink = None,
    as_json: AsJson = False,
) -> None:
    """What was told by webhook and e-mail, newest first."""
    with connected() as client:
        found = list(client.deliveries.list(endpoint_id=endpoint, subject=subject, status=status, sink=sink))
    if as_json or not found:
        print_objects(found, [], as_json=as_json)
        return
    rows = [
        (one.id, one.event, one.subject, f"{one.created_at:%F %TZ}" if one.created_at else "", one.outcome)
        for one in found
    ]
    print_rows([("id", "event", "subject", "created_at", "outcome"), *rows])


@app.command("show")
def show_delivery(delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """One of them with every attempt: when, how long, and what was answered."""
    with connected() as client:
        print_object(client.deliveries.get(delivery_id), as_json=as_json)


@app.command("redeliver")
def redeliver(delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """Send one again now, under the same id."""
    with connected() as client:
        again = client.deliveries.redeliver(delivery_id)
    print_outcome(again, "it will be sent in a moment", as_json=as_json)


def _show_secret(endpoint: WebhookEndpoint, *, as_json: bool) -> None:
    print_outcome(endpoint, f"{endpoint.id}  {endpoint.secret}", as_json=as_json)
