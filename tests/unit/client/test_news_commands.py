"""`maskeraid webhooks` and `maskeraid email` against a real HTTP server."""

import json

import pytest
from tests.unit.client.test_command_line import Server, page, run, server

__all__ = ["server"]  # the fixture

ENDPOINT = {"id": "whe_1", "url": "https://example.org/hooks", "secret": "whsec_x", "event_types": ["*"]}
DELIVERY = {"id": "dlv_1", "event": "test.ping", "subject": "whe_1", "status": "pending", "attempts": []}


class TestWebhooks:
    def test_a_new_one_shows_its_secret(self, server: Server) -> None:
        server.answers["POST /v1/webhook-endpoints"] = 201, ENDPOINT
        made = run("webhooks", "create", "https://example.org/hooks", "--event", "training.failed")
        assert made.stdout == "whe_1  whsec_x\n"
        assert json.loads(server.bodies["POST /v1/webhook-endpoints"])["event_types"] == ["training.failed"]

    def test_a_rotation_shows_the_new_secret(self, server: Server) -> None:
        server.answers["POST /v1/webhook-endpoints/whe_1/rotate-secret"] = 200, ENDPOINT
        assert run("webhooks", "rotate", "whe_1").stdout == "whe_1  whsec_x\n"

    def test_a_test_says_where_to_look(self, server: Server) -> None:
        server.answers["POST /v1/webhook-endpoints/whe_1/test"] = 202, DELIVERY
        server.answers["GET /v1/deliveries/dlv_1"] = 200, DELIVERY
        *_, command, name, delivery = run("webhooks", "test", "whe_1").stdout.split()
        assert json.loads(run(command, name, delivery, "--json").stdout) == DELIVERY

    def test_one_that_was_disabled_is_enabled(self, server: Server) -> None:
        server.answers["PATCH /v1/webhook-endpoints/whe_1"] = 200, ENDPOINT
        assert run("webhooks", "enable", "whe_1").stdout == "enabled\n"
        assert json.loads(server.bodies["PATCH /v1/webhook-endpoints/whe_1"]) == {"is_enabled": True}

    def test_what_was_sent_is_listed_and_sent_again(self, server: Server) -> None:
        server.answers["GET /v1/deliveries"] = page(DELIVERY)
        server.answers["POST /v1/deliveries/dlv_1/redeliver"] = 202, DELIVERY
        listed = json.loads(run("webhooks", "deliveries", "--endpoint", "whe_1", "--json").stdout)
        assert listed == [DELIVERY]
        assert run("webhooks", "deliveries").stdout.splitlines()[1].endswith("pending")
        assert run("webhooks", "redeliver", "dlv_1").stdout == "it will be sent in a moment\n"

    @pytest.mark.parametrize(
        ("status", "attempt", "said"),
        [
            ("pending", {"status_code": 500, "error": None}, "failing after 1 try: answered 500"),
            ("given_up", {"status_code": None, "error": "refused"}, "given up after 1 try: refused"),
            ("delivered", {"status_code": 200, "error": None}, "delivered"),
        ],
    )
    def test_what_failed_does_not_look_as_if_it_waited(
        self, server: Server, status: str, attempt: dict[str, object], said: str
    ) -> None:
        server.answers["GET /v1/deliveries"] = page({**DELIVERY, "status": status, "attempts": [attempt]})
        assert run("webhooks", "deliveries").stdout.splitlines()[1].endswith(said)


class TestEmail:
    @pytest.mark.parametrize(
        ("account", "said"),
        [
            ({"email": "a@x.example", "is_email_verified": True, "pending_email": None}, "a@x.example\n"),
            (
                {"email": None, "is_email_verified": False, "pending_email": "b@x.example"},
                "no verified address\nb@x.example waits for the link that was mailed there\n",
            ),
        ],
    )
    def test_says_which_address_counts(self, server: Server, account: dict[str, object], said: str) -> None:
        server.answers["GET /v1/me"] = 200, account
        assert run("email", "show").stdout == said

    def test_a_new_address_waits_for_its_link(self, server: Server) -> None:
        server.answers["PATCH /v1/me"] = 200, {"email": None, "pending_email": "b@x.example"}
        assert "a link was mailed to b@x.example" in run("email", "set", "b@x.example").stdout

    def test_a_token_is_brought_back(self, server: Server) -> None:
        server.answers["POST /v1/me/email-verification"] = 200, {"address": "b@x.example"}
        assert run("email", "verify", "t0ken").stdout == "notices go to b@x.example\n"
        assert json.loads(server.bodies["POST /v1/me/email-verification"]) == {"token": "t0ken"}
