"""Real servers' answers, written down by `make test-peers ARGS=--record`, given again to the same questions."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from tests.connectors.serving import Script, Server, served

PLACE = Path(__file__).parent / "recorded"


@contextmanager
def replayed(name: str) -> Iterator[Server]:
    """Serve what is written down of one scene; a question that is not in it is answered by 599."""
    scene = json.loads((PLACE / f"{name}.json").read_text(encoding="utf-8"))

    def answer(asked: bytes) -> Script:
        question = asked_of(asked.split(b"\r\n\r\n", 1)[1])
        found = [one for one in scene if one["asked"] == question]
        return Script(found[0]["status"], json=found[0]["body"]) if found else Script(599)

    with served(answer) as server:
        yield server


def asked_of(body: bytes) -> object:
    """Return what a request asks, without what names its sender."""
    if not body.startswith(b"{"):
        return dict(parse_qsl(body.decode()))
    said = json.loads(body)
    return {"method": said["method"], "params": said["params"]}


def zabbix_says(version: object = "7.4.1", **results: object) -> Callable[[bytes], Script]:
    """Answer calls by method, with a result or an error."""
    table = {"apiinfo.version": version, **{name.replace("_", "."): said for name, said in results.items()}}

    def answer(asked: bytes) -> Script:
        method = json.loads(asked.split(b"\r\n\r\n", 1)[1])["method"]
        said = table[method]
        return said if isinstance(said, Script) else Script(json={"jsonrpc": "2.0", "result": said, "id": 1})

    return answer
