"""`maskeraid models share`, `unshare`, `adopt`, `forgo`, `default`, `rate`, `ratings`."""

from typing import Annotated

import typer

from maskeraid.commands.models import ModelName, find_model
from maskeraid.commands.share_options import IsForEveryone, Licence, Readers, check_readers
from maskeraid.terminal import AsJson, connected, print_objects, print_outcome


def share_model(
    model: ModelName,
    readers: Readers = None,
    is_for_everyone: IsForEveryone = False,
    licence: Licence = None,
    download: Annotated[
        bool | None, typer.Option("--download/--no-download", help="Whether they may fetch its weights.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Share a model with accounts, and with no others than those named now, or with everyone."""
    with connected() as client:
        check_readers(readers, is_for_everyone=is_for_everyone)
        model_id = find_model(client, model)
        shared = client.models.share(
            model_id, readers or (), everyone=is_for_everyone, licence=licence, download=download
        )
    whom = "everyone" if is_for_everyone else ", ".join(shared.shared_with)
    print_outcome(shared, f"{model_id} is shared with {whom}", as_json=as_json)


def unshare_model(model: ModelName, as_json: AsJson = False) -> None:
    """Share a model with nobody any more, at once."""
    with connected() as client:
        private = client.models.unshare(find_model(client, model))
    print_outcome(private, f"{private.id} is yours alone", as_json=as_json)


def adopt_model(model: ModelName, as_json: AsJson = False) -> None:
    """Let a shared model take part when the model for a face is chosen."""
    with connected() as client:
        adopted = client.models.adopt(find_model(client, model))
    print_outcome(adopted, f"{adopted.id} takes part in Selection while it is shared", as_json=as_json)


def forgo_model(model: ModelName, as_json: AsJson = False) -> None:
    """Take a shared model out of Selection again."""
    with connected() as client:
        model_id = find_model(client, model)
        client.models.forgo(model_id)
    print_outcome({"id": model_id, "is_adopted": False}, f"{model_id} takes no part in Selection", as_json=as_json)


def choose_default(
    model: ModelName,
    is_ended: Annotated[bool, typer.Option("--end", help="Have no default model any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a public model serve all accounts that have none of their own; for who runs the server."""
    with connected() as client:
        model_id = find_model(client, model)
        if is_ended:
            client.models.forgo_default(model_id)
        else:
            client.models.choose_default(model_id)
    said = f"{model_id} is the service's default model"
    print_outcome({"id": model_id, "is_default": not is_ended}, said + " no more" * is_ended, as_json=as_json)


def rate_model(
    model: ModelName,
    stars: Annotated[int, typer.Argument(min=1, max=5)],
    note: Annotated[str | None, typer.Option(help="For all who may use the model.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what you think of a model, with your account's name, in place of what you said before."""
    with connected() as client:
        rating = client.models.rate(find_model(client, model), stars, note)
    print_outcome(rating, f"rated {rating.stars} of 5", as_json=as_json)


def show_ratings(model: ModelName, as_json: AsJson = False) -> None:
    """What accounts think of a model."""
    with connected() as client:
        found = client.models.ratings(find_model(client, model))
        print_objects(found, ["author", "stars", "note", "updated_at"], as_json=as_json)
