"""Runs a load generator, wrk or else autocannon, against one address for some seconds and reads what it measured."""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Tool = Literal["wrk", "autocannon"]

CONNECTIONS = 32
AUTOCANNON = "autocannon@8"
HOW_TO_INSTALL = (
    "No load generator found. Install wrk (`apt-get install wrk`, `brew install wrk`), or Node.js with npm: "
    "autocannon is then fetched when it is needed."
)

# every run numbers its requests from a thousand of its own, so that no two runs ever send the same body
_NUMBERS_PER_RUN = 10_000_000
_runs = itertools.count(1)

_LUA = """
local paths, bodies, n = {{{paths}}}, {{{bodies}}}, {start}
wrk.method = {method}
{headers}
local function turn(texts)
  local text = texts[n % #texts + 1]
  return text and text:gsub("{{n}}", string.format("%d", n))
end
request = function()
  n = n + 1
  return wrk.format(nil, turn(paths), nil, turn(bodies))
end
"""

# Its own --idReplacement announces a Content-Length for 33 characters and sends 24 or more, so servers wait for ever.
_JAVASCRIPT = """
const fs = require('fs'), path = require('path')
const holds = directory => fs.existsSync(path.join(directory, '..', 'autocannon', 'package.json'))
const autocannon = require(path.join(process.env.PATH.split(path.delimiter).find(holds), '..', 'autocannon'))
const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
let n = plan.start
const turn = texts => texts.length ? texts[n % texts.length].replaceAll('{n}', String(n)) : undefined
const vary = request => { n += 1; request.path = turn(plan.paths); request.body = turn(plan.bodies); return request }
const request = { method: plan.method, headers: plan.headers, path: turn(plan.paths), body: turn(plan.bodies) }
if (plan.varies) request.setupRequest = vary
autocannon({ url: plan.url, connections: plan.connections, duration: plan.seconds, requests: [request] })
  .then(result => console.log(JSON.stringify(result)))
"""


class NoLoadGenerator(RuntimeError):
    """Neither wrk nor npm is installed; the message says how to get one."""


class LoadFailed(RuntimeError):
    """The load generator failed, or said something that cannot be read."""


@dataclass(frozen=True)
class Request:
    """What is sent: paths and bodies take turns, and `{n}` in them becomes a number that is never used twice."""

    paths: tuple[str, ...]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    bodies: tuple[str, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether one request differs from the next."""
        return len(self.paths) > 1 or len(self.bodies) > 1 or "{n}" in "".join(self.paths + self.bodies)


@dataclass(frozen=True)
class Sample:
    """One run of a load generator; errors are failed connections, time-outs and answers of 400 and above."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    requests: int
    errors: int


def choose_tool() -> Tool:
    """wrk when it is there, else autocannon through npx. Raises NoLoadGenerator."""
    if shutil.which("wrk"):
        return "wrk"
    if shutil.which("npx"):
        return "autocannon"
    raise NoLoadGenerator(HOW_TO_INSTALL)


def fire(base_url: str, request: Request, *, seconds: int, tool: Tool, connections: int = CONNECTIONS) -> Sample:
    """Send the request over and over for some seconds. Raises LoadFailed, also when not one answer came."""
    shoot = _wrk if tool == "wrk" else _autocannon
    sample = shoot(base_url, request, seconds, connections)
    if not sample.requests:
        raise LoadFailed(f"{base_url} gave no answer to {request.method} {request.paths[0]} in {seconds} s")
    return sample


def first_number() -> int:
    """Start of a range of ten million numbers that no other run takes."""
    return next(_runs) * _NUMBERS_PER_RUN


def _wrk(base_url: str, request: Request, seconds: int, connections: int) -> Sample:
    # one thread: the generator shares the machine's cores with the server under test
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if request.method == "GET" and not request.varies:
        headers = itertools.chain.from_iterable(("-H", f"{name}: {value}") for name, value in request.headers.items())
        return parse_wrk(_run([*command, *headers, base_url + request.paths[0]], seconds))
    with _temporary_file("wrk.lua", _lua(request)) as script:
        return parse_wrk(_run([*command, "-s", str(script), base_url], seconds))


def _lua(request: Request) -> str:
    return _LUA.format(
        paths=", ".join(map(_lua_string, request.paths)),
        bodies=", ".join(map(_lua_string, request.bodies)),
        start=first_number(),
        method=_lua_string(request.method),
        headers="\n".join(f"wrk.headers[{_lua_string(k)}] = {_lua_string(v)}" for k, v in request.headers.items()),
    )


def _lua_string(text: str) -> str:
    """A Lua literal of the UTF-8 bytes, all but the plain ones escaped, so that no text can end it."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_/.{}:,"
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03d}" for byte in text.encode()) + '"'


def parse_wrk(output: str) -> Sample:
    """Read the report of `wrk --latency`. Raises LoadFailed."""
    rate = re.search(r"^Requests/sec:\s+([\d.]+)", output, re.MULTILINE)
    total = re.search(r"^\s*(\d+) requests in ", output, re.MULTILINE)
    p50, p99 = (re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", output, re.MULTILINE) for percent in (50, 99))
    if not (rate and total and p50 and p99):
        raise LoadFailed(f"cannot read what wrk wrote:\n{output}")
    statuses = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    errors = sum(int(count) for found in (statuses, sockets) if found for count in found.groups())
    return Sample(float(rate[1]), _milliseconds(p50), _milliseconds(p99), int(total[1]), errors)


def _milliseconds(found: re.Match[str]) -> float:
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}[found[2]]


def _autocannon(base_url: str, request: Request, seconds: int, connections: int) -> Sample:
    plan = {
        "url": base_url,
        "method": request.method,
        "headers": dict(request.headers),
        "paths": request.paths,
        "bodies": request.bodies,
        "varies": request.varies,
        "start": first_number(),
        "connections": connections,
        "seconds": seconds,
    }
    with _temporary_file("fire.cjs", _JAVASCRIPT) as script, _temporary_file("plan.json", json.dumps(plan)) as data:
        command = ["npx", "--yes", "--package", AUTOCANNON, "--", "node", str(script), str(data)]
        return parse_autocannon(_run(command, seconds))


def parse_autocannon(output: str) -> Sample:
    """Read the JSON result of autocannon, whose latencies are whole milliseconds. Raises LoadFailed."""
    try:
        result = json.loads(output)
        total, latency = int(result["requests"]["total"]), result["latency"]
        # not its non2xx, which counts 304 as an error
        errors = result["errors"] + result["4xx"] + result["5xx"]
        return Sample(total / result["duration"], float(latency["p50"]), float(latency["p99"]), total, errors)
    except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise LoadFailed(f"cannot read what autocannon wrote ({error!r}):\n{output}") from error


def _run(command: list[str], seconds: int) -> str:
    patience = seconds + 120  # the first use of autocannon fetches it
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
    if done.returncode:
        raise LoadFailed(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def _temporary_file(name: str, text: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as directory:
        path = Path(directory, name)
        path.write_text(text, encoding="utf-8")
        yield path
