"""Signing in and out, and what other pages of the same machine can do to somebody who has signed in: nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Page

from maskeraid_api.cookies import LOCAL_COOKIE
from maskeraid_api.sessions import REFUSED
from maskeraid_local.commands import login_link
from maskeraid_local.stack import Stack
from tests.browser.conftest import NewVisit
from tests.browser.visit import Visit

UNAUTHORISED = "status of 401"  # the console's words


def stored_in(page: Page) -> str:
    """What scripts of the page could read: a stolen one must find no secret there."""
    stored: str = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    return stored


class TestSignIn:
    def test_a_link_works_once_and_leaves_no_secret_in_the_page(
        self, new_visit: NewVisit, stack: Stack, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert login_link(stack.options.data) == 0  # what `make login` does
        link = capsys.readouterr().out.strip()
        first, second = new_visit(), new_visit()
        first.page.goto(link)
        first.settle()
        assert first.page.url == f"{stack.url}/"
        secret = link.partition("#link=")[2]
        token = next(one["value"] for one in first.page.context.cookies() if one["name"] == LOCAL_COOKIE)
        assert not any(text in stored_in(first.page) + first.page.content() for text in (secret, token))
        second.expect(UNAUTHORISED)
        second.page.goto(link)
        second.page.get_by_role("alert").get_by_text(REFUSED).wait_for()
        assert second.page.context.cookies() == []

    def test_a_wrong_key_is_told_of_and_a_right_one_leads_to_where_one_wanted(
        self, new_visit: NewVisit, stack: Stack
    ) -> None:
        visit, key = new_visit(), str(stack.first_key)
        visit.expect(UNAUTHORISED)
        visit.page.goto(f"{stack.url}/jobs?status=running")
        field = visit.page.get_by_placeholder("mk_…")
        field.fill(key[:-1] + "x")
        field.press("Enter")
        visit.page.get_by_role("alert").get_by_text(REFUSED).wait_for()
        field.fill(key)
        field.press("Enter")
        visit.page.wait_for_url(f"{stack.url}/jobs?status=running")
        visit.settle()
        assert key not in stored_in(visit.page)

    def test_signing_out_ends_the_session(self, new_visit: NewVisit, stack: Stack) -> None:
        visit = new_visit()
        visit.page.goto(stack.make_login_link())
        visit.settle()
        cookies = {str(one["name"]): str(one["value"]) for one in visit.page.context.cookies()}
        visit.page.get_by_role("button", name="Sign out").click()
        visit.page.wait_for_url(f"{stack.url}/sign-in")
        assert visit.page.context.cookies() == []
        assert httpx.get(f"{stack.url}/v1/me", cookies=cookies).status_code == 401
        visit.expect(UNAUTHORISED)
        visit.page.goto(f"{stack.url}/settings")
        visit.page.wait_for_url(f"{stack.url}/sign-in")

    def test_nobody_chooses_the_address_that_guesses_are_counted_of(self, stack: Stack) -> None:
        said = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
        answer = httpx.post(f"{stack.url}/v1/sign-in", json={"key": stack.first_key}, headers=said)
        assert list(answer.cookies) == [LOCAL_COOKIE]  # as of plain HTTP: nothing of it was believed


FORGERY = """<!doctype html><form method="post" enctype="text/plain" action="{url}/v1/datasets">
<input name='{{"name":"forged","x":"' value='"}}'><button>Win a prize</button></form>
<script>fetch("{url}/v1/sign-in", {{method: "DELETE", mode: "cors", credentials: "include"}}).catch(() => 0)</script>"""


@pytest.fixture
def other_port(stack: Stack) -> Iterator[str]:
    """A page of another program of this machine: the same site, so that the cookie comes with what it sends."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(FORGERY.format(url=stack.url).encode())

        def log_message(self, *_: object) -> None:
            """No test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class TestOtherPages:
    def test_a_form_of_another_port_changes_nothing(self, visit: Visit, stack: Stack, other_port: str) -> None:
        for known in ("left the origin", "status of 40", "CORS policy", "ERR_FAILED"):
            visit.expect(known)
        visit.page.goto(other_port)
        with visit.page.expect_response("**/v1/datasets") as forged:
            visit.page.get_by_role("button").click()
        assert f"{LOCAL_COOKIE}=" in forged.value.request.all_headers()["cookie"], "else this has shown nothing"
        assert forged.value.status == 403
        assert forged.value.json()["code"] == "csrf_failed"
        visit.open("/settings")  # still signed in

    def test_the_app_lets_nobody_frame_or_feed_it(self, visit: Visit, stack: Stack) -> None:
        visit.open("/settings")
        answers = [httpx.get(f"{stack.url}{path}", headers={"Accept": "text/html"}) for path in ("/", "/settings")]
        nonces = [answer.headers["content-security-policy"].partition("'nonce-")[2][:22] for answer in answers]
        assert nonces[0] != nonces[1]
        for answer, nonce in zip(answers, nonces, strict=True):
            assert f'content="{nonce}"' in answer.text
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
        marked = visit.page.evaluate("[...document.querySelectorAll('style')].map(style => style.nonce)")
        assert marked
        assert all(marked)
