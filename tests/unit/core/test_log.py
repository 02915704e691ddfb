"""Secrets, addresses, and bytes never reach the log."""

import pytest

from maskeraid_core.documents.accounts import Scope
from maskeraid_core.keys import mint_key
from maskeraid_core.log import redact

KEY = mint_key("ten_1", "k", [Scope.ADMIN], environment="local").text


class TestRedact:
    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            (f"key {KEY} was used", KEY.split("_")[3]),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw signs", "MfKQ9r8GKYqr"),
            ("signsec_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A= signs", "nWGxne/9WmC6"),
            ("mongodb://user:hunter2@host/db", "hunter2"),
            ("Bearer abcdefgh", "abcdefgh"),
            ("GET https://x.org/p?token=hunter2", "hunter2"),
            ("mail to ada@example.org bounced", "ada@example.org"),
        ],
        # the key is another one in each process
        ids=["key", "webhook", "signing", "database", "bearer", "query", "address"],
    )
    def test_what_is_secret_is_gone_and_the_rest_stays(self, text: str, secret: str) -> None:
        shown = redact(text)
        assert isinstance(shown, str)
        assert secret not in shown
        assert shown.split()[0][:4] == text.split()[0][:4]

    def test_it_reaches_into_containers(self) -> None:
        assert redact({"a": [b"123", {"Authorization": "x"}]}) == {"a": ["<3 bytes>", {"Authorization": "…"}]}
