"""The guard refuses every address that is not plainly the public internet (bar S9)."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from maskeraid_notifier.addresses import Resolve, check, is_public, resolve
from maskeraid_notifier.errors import AddressRefused, UrlRefused

REFUSED_ADDRESSES = [
    # this host, private, shared, loopback, link-local, assigned, documentation, benchmarks, multicast, reserved
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3",
    "169.254.0.1", "169.254.169.253", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.20.10.1",
    "172.31.255.255", "192.168.0.1", "192.168.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.9", "192.0.0.170",
    "192.0.0.171", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "232.1.1.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0.255.255.255", "198.18.255.254",
    # unspecified, loopback, IPv4 inside (compatible, mapped, NAT64, 6to4, Teredo), ORCHID, discard, documentation,
    # segment routing, unique local, link-local, site-local, multicast, never assigned, with a zone
    "::", "::1", "::7f00:1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe",
    "::ffff:192.168.1.1", "::ffff:0:127.0.0.1", "::ffff:100.64.0.1", "::ffff:224.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "64:ff9b:1:fffe::7f00:1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "2002:c0a8:101::1", "2002:808:808::1", "2001::1", "2001:0:53aa:64c::1", "2001:10::1",
    "2001:20::1", "100::1", "100:0:0:1::1", "2001:db8::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1",
    "fd00:ec2::254", "fe80::1", "fe80::a9fe:a9fe", "fec0::1", "ff02::1", "ff05::2", "ff0e::1", "400::1", "4000::1",
    "e000::1", "fe80::1%eth0", "2606:4700:4700::1111%eth0", "::ffff:169.254.169.254", "2001:0:4136:e378::1",
]  # fmt: skip

# Other schemes, users, ports; literals in every spelling, public ones too, and behind letters that Unicode folds.
REFUSED_URLS = [
    "http://hooks.example/", "ftp://hooks.example/", "file:///etc/passwd", "gopher://hooks.example/",
    "//hooks.example/", "https:///path", "https://user@hooks.example/", "https://user:secret@hooks.example/",
    "https://hooks.example@127.0.0.1/", "https://hooks.example\\@127.0.0.1/", "https://hooks.example:80/",
    "https://hooks.example:22/", "https://hooks.example:6379/", "https://hooks.example:99999/", "https://127.0.0.1/",
    "https://8.8.8.8/", "https://[::1]/", "https://[2606:4700:4700::1111]/", "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/", "https://[64:ff9b::a9fe:a9fe]/", "https://127.1/", "https://2130706433/",
    "https://017700000001/", "https://0177.0.0.1/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0X7F.1/",
    "https://127.0.0.1./", "https://0/", "https://1.1.1.0x1/", "https://127\u30020\u30020\u30021/",
    "https://\uff11\uff12\uff17.0.0.1/", "https://\u2460\u2461\u2466.0.0.1/", "https://a\x00.example/",
]  # fmt: skip


def resolver(*addresses: str) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


class TestIsPublic:
    @pytest.mark.parametrize("address", REFUSED_ADDRESSES)
    def test_refuses(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", ["8.8.8.8", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00::1"])
    def test_accepts(self, address: str) -> None:
        assert is_public(address)

    def test_enough_are_tried(self) -> None:
        assert len(set(REFUSED_ADDRESSES)) >= 80


class TestCheckedUrl:
    @pytest.mark.parametrize("url", REFUSED_URLS)
    async def test_is_refused_before_its_name_is_resolved(self, url: str) -> None:
        async def resolve(host: str, port: int) -> Sequence[str]:
            raise AssertionError("the name was resolved")

        with pytest.raises((UrlRefused, httpx.InvalidURL)):
            await check(httpx.URL(url), frozenset(), resolve)

    @pytest.mark.parametrize(
        ("url", "host", "port"),
        [
            ("https://hooks.example/a?b=c", "hooks.example", 443),
            ("https://hooks.example:8443/", "hooks.example", 8443),
            ("https://Bücher.example/", "xn--bcher-kva.example", 443),
            ("https://1password.example/", "1password.example", 443),
        ],
    )
    async def test_gives_the_name_and_its_addresses(self, url: str, host: str, port: int) -> None:
        target = await check(httpx.URL(url), frozenset(), resolver("8.8.8.8", "2a00::1"))
        assert (target.host, target.port, target.addresses) == (host, port, ("8.8.8.8", "2a00::1"))


class TestResolvedAddresses:
    @pytest.mark.parametrize("address", REFUSED_ADDRESSES)
    async def test_one_refused_address_refuses_the_name(self, address: str) -> None:
        with pytest.raises(AddressRefused):
            await check(httpx.URL("https://hooks.example/"), frozenset(), resolver("8.8.8.8", address))

    async def test_a_name_without_addresses_is_refused(self) -> None:
        with pytest.raises(AddressRefused):
            await check(httpx.URL("https://hooks.example/"), frozenset(), resolver())

    async def test_a_name_that_does_not_resolve_is_refused(self) -> None:
        async def resolve(host: str, port: int) -> Sequence[str]:
            raise OSError("no such name")

        with pytest.raises(AddressRefused, match="no such name"):
            await check(httpx.URL("https://hooks.example/"), frozenset(), resolve)


class TestResolving:
    async def test_is_not_kept_waiting_by_silent_name_servers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        is_over, ask = threading.Event(), socket.getaddrinfo

        def silent(host: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 as the function in whose place it is
            return is_over.wait(60) if host == "silent.example" else ask(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", silent)
        waiting = [asyncio.ensure_future(resolve("silent.example", 443)) for _ in range(40)]
        await asyncio.sleep(0.1)  # they ask first
        try:
            async with asyncio.timeout(20):
                assert await resolve("127.0.0.1", 443) == ["127.0.0.1"]
        finally:
            for task in waiting:
                task.cancel()
            is_over.set()


class TestAllowedHosts:
    @pytest.mark.parametrize("allowed", ["127.0.0.1:9000", "127.0.0.1:*"])
    async def test_may_be_private_and_plain(self, allowed: str) -> None:
        target = await check(httpx.URL("http://127.0.0.1:9000/"), {allowed}, resolver("127.0.0.1"))
        assert target.addresses == ("127.0.0.1",)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9001/", "http://127.0.0.2:9000/", "https://other.example:9000/"])
    async def test_are_exact(self, url: str) -> None:
        with pytest.raises(UrlRefused):
            await check(httpx.URL(url), {"127.0.0.1:9000"}, resolver("127.0.0.1"))

    async def test_may_not_carry_a_password(self) -> None:
        with pytest.raises(UrlRefused):
            await check(httpx.URL("http://user@127.0.0.1:9000/"), {"127.0.0.1:9000"}, resolver("127.0.0.1"))
