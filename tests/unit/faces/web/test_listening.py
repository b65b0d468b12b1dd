"""The address of a server: taken before anything else, or refused with the reason."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest

from xinheng.faces.web.listening import AddressUnusable, listening, shown


def test_a_free_port_is_taken_and_told():
    with listening("127.0.0.1", 0) as sockets:
        address = shown("127.0.0.1", sockets)
        port = sockets[0].getsockname()[1]
    assert address == f"http://127.0.0.1:{port}"
    assert port > 0
    with listening("127.0.0.1", port):
        pass  # closed again


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_every_part_of_an_answer_leaves_at_once(host: str):
    async def asked() -> list[int]:
        seen: list[int] = []

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            given = writer.get_extra_info("socket")
            seen.append(given.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listening(host, 0) as sockets:
            async with await asyncio.start_server(answer, sock=sockets[0]):
                reader, writer = await asyncio.open_connection(host, sockets[0].getsockname()[1])
                await reader.read()
                writer.close()
                await writer.wait_closed()
        return seen

    assert asyncio.run(asked()) == [1]


def test_a_taken_port_is_refused_with_what_to_do():
    with listening("127.0.0.1", 0) as sockets, pytest.raises(AddressUnusable) as refused:
        sockets[0].listen()
        port = sockets[0].getsockname()[1]
        with listening("127.0.0.1", port):
            pass
    assert f"端口 {port} 上已有程序在监听" in str(refused.value)
    assert "--port" in str(refused.value)


@pytest.mark.parametrize("host", ["203.0.113.9", "no..name", "2001:db8::9"])
def test_an_address_of_another_machine_is_refused(host: str):
    with pytest.raises(AddressUnusable) as refused, listening(host, 0):
        pass
    assert "这不是本机的地址" in str(refused.value)


def test_a_port_that_the_account_may_not_use_is_refused():
    said = str(AddressUnusable("127.0.0.1", 80, PermissionError(errno.EACCES, "denied")))
    assert "本账户不能使用端口 80" in said
    assert "反向代理" in said


def test_a_name_of_two_addresses_listens_on_one_port_of_each():
    with listening("localhost", 0) as sockets:
        assert len({bound.getsockname()[1] for bound in sockets}) == 1
        assert {bound.family for bound in sockets} <= {socket.AF_INET, socket.AF_INET6}
        assert shown("::1", sockets).startswith("http://[::1]:")
