"""`maskeraid me`."""

from maskeraid.terminal import AsJson, connected, print_json, print_rows

AT_A_TIME = "at most {:,}"


def me(as_json: AsJson = False) -> None:
    """Your account: its name, its id for `models share --with`, what the key may do, and what is used of what."""
    with connected() as client:
        account = client.account.get().to_dict()
    if as_json:
        print_json(account)
        return
    print_rows([
        ("name", account["tenant_name"]), ("id", account["tenant_id"]), ("scopes", ", ".join(account["scopes"])),
        ("key", f"{account['key_id']}, ends {account['expires_at']}"), ("email", account["email"] or "none"),
        *_used(account["usage"], account["quotas"]),
    ])  # fmt: skip


def _used(usage: dict[str, float], quotas: dict[str, float | None]) -> list[tuple[str, str]]:
    """What is used of what there may be; a quota that is null is none."""
    rows = []
    for name in dict.fromkeys([*usage, *quotas]):
        most = quotas.get(name)
        parts = [f"{usage[name]:,}"] if name in usage else []
        parts += [AT_A_TIME.format(most)] if most is not None else []
        rows.append((name, ", ".join(parts) or "any"))
    return rows
