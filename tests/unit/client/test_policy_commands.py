"""`maskeraid policy` and `maskeraid audit` against a real HTTP server, and their part of the SDK."""

import json

import pytest
from tests.unit.client.service import Service, listed, ok
from tests.unit.client.test_command_line import Server, page, run, server

__all__ = ["server"]  # the fixture

POLICY = {"object": "policy", "purpose_required": True, "results_kept_days": 30, "exact_places": True}
ENTRY = {
    "object": "audit_entry", "id": "aud_x_000002", "seq": 2, "at": "2026-11-23T09:03:10Z", "actor": "night runs",
    "action": "deleted", "object_id": "rim_1", "purpose": None, "detail": None, "outcome": "done", "hash": "ab",
}  # fmt: skip
INTACT = {"is_intact": True, "entries": 1234, "head_seq": 1234, "head_hash": "ab", "first_broken": None}
BROKEN = {
    **INTACT,
    "is_intact": False,
    "entries": 4,
    "first_broken": {"id": "aud_x_000005", "seq": 5, "reason": "missing"},
}


class TestPolicy:
    def test_is_shown(self, server: Server) -> None:
        server.answers["GET /v1/policy"] = 200, POLICY
        assert run("policy", "show").stdout.splitlines()[0].split() == ["purpose_required", "true"]
        assert json.loads(run("policy", "show", "--json").stdout) == POLICY

    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("--purpose-required --results-kept-days 0", {"purpose_required": True, "results_kept_days": 0}),
            ("--no-exact-places --datasets-kept-days service", {"exact_places": False, "datasets_kept_days": None}),
            ("--widest-visibility shared --no-forensic-illustration",
             {"widest_visibility": "shared", "forensic_illustration": False}),
        ],
    )  # fmt: skip
    def test_only_what_is_named_is_decided(self, server: Server, typed: str, sent: dict[str, object]) -> None:
        server.answers["PATCH /v1/policy"] = 200, POLICY
        assert run("policy", "set", *typed.split()).exit_code == 0
        assert json.loads(server.bodies["PATCH /v1/policy"]) == sent

    @pytest.mark.parametrize("typed", ["", "--results-kept-days soon", "--results-kept-days -3"])
    def test_what_says_nothing_is_refused_here(self, server: Server, typed: str) -> None:
        refused = run("policy", "set", *typed.split())
        assert refused.exit_code == 1
        assert refused.stderr.startswith("error: ")
        assert not server.bodies


class TestAudit:
    def test_is_listed_newest_first(self, server: Server) -> None:
        server.answers["GET /v1/audit"] = page(ENTRY)
        shown = run("audit", "list", "--action", "deleted").stdout.splitlines()[1].split()
        assert shown == ["2", "2026-11-23", "09:03:10Z", "night", "runs", "deleted", "rim_1", "done"]
        assert json.loads(run("audit", "list", "--json").stdout) == [ENTRY]

    def test_of_one_action_is_asked_for_so(self) -> None:
        service = Service(listed(ENTRY))
        (entry,) = service.client().audit.list(action="deleted")
        assert (entry.seq, entry.object_id) == (2, "rim_1")
        assert service.requests[0].url.params["action"] == "deleted"

    def test_that_holds_says_so_with_the_hash_to_note(self, server: Server) -> None:
        server.answers["GET /v1/audit/verification"] = 200, INTACT
        assert run("audit", "verify").stdout == "all 1,234 entries hold; the newest has the hash ab\n"

    def test_that_is_broken_names_the_entry_and_fails(self, server: Server) -> None:
        server.answers["GET /v1/audit/verification"] = 200, BROKEN
        ended = run("audit", "verify")
        assert (ended.exit_code, ended.stdout) == (1, "entry 5 is missing (aud_x_000005); the 4 before it hold\n")

    def test_is_verified_from_python(self) -> None:
        found = Service(ok(**BROKEN)).client().audit.verify()
        assert (found.is_intact, found.entries) == (False, 4)


def test_a_policy_is_decided_from_python() -> None:
    service = Service(ok(**POLICY))
    decided = service.client().policy.change(results_kept_days=None)
    assert decided.purpose_required is True
    assert json.loads(service.requests[0].content) == {"results_kept_days": None}
