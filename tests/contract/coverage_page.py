"""docs/coverage.md, made from the routes, their methods, the sandbox and the tests.

`make coverage` writes it anew.
"""

from pathlib import Path

from contract.cases import CASES, Case

from bridge.pharmaone import dialect as p1
from bridge.sandbox import SandboxSettings
from bridge.sandbox.kit import Route, same_route
from bridge.sandbox.pharmaone.routes import Routes as P1Routes
from bridge.sandbox.rxscale.routes import BASES
from bridge.sandbox.rxscale.routes import Routes as RxRoutes
from bridge.sandbox.world import World

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
TESTS = "tests/contract/test_every_route.py"
HEAD = """# Every documented route

Each route that the vendors document for pharmacies has one typed method, one route in the
sandbox, and tests: the good answer over real HTTP, each documented error, and answers of the
wrong type or cut off. Every request is held against the OpenAPI document that the sandbox
publishes at `/_sandbox/openapi.json`, and schemathesis tries both documents
(`tests/contract/test_schemathesis.py`). The tests named below are parameters of
`{tests}`; run one route's with `pytest {tests} -k "GET /inventory"`.

This page is made from the code by `make coverage`; a test holds it.
"""
NOT_FOR_PHARMACIES = {
    "`POST /v2/public/prescriptions/{shop}`, `POST /v2/public/treatments/{shop}`": (
        "for telemedicine providers; what they answer, and what a treatment is, is not documented"
    ),
    "`GET /v2/public/orders/{shop}`": (
        "for telemedicine providers, by the uid of a prescription that a pharmacy does not have"
    ),
    "`/v1/management/...`": "for organisations, not for pharmacies",
}


def page() -> str:
    parts = [HEAD.format(tests=TESTS)]
    for title, vendor in (("PharmaOne", "pharmaone"), ("RxScale", "rxscale")):
        parts.append(
            f"\n## {title}\n\n| documented route | needs | client method | sandbox | tests |"
        )
        parts.append("\n| --- | --- | --- | --- | --- |\n")
        parts += [_line(case) for case in CASES if case.vendor == vendor]
    parts.append("\n## What has no method\n\n| route of RxScale | why |\n| --- | --- |\n")
    parts += [f"| {route} | {why} |\n" for route, why in NOT_FOR_PHARMACIES.items()]
    parts.append("\n[call](commands.md#rxbridge-call) reaches these too, as far as the key may.\n")
    return "".join(parts)


def _line(case: Case) -> str:
    cells = (
        f"`{case.route.name}`",
        _needs(case),
        f"`{case.method}`",
        _sandbox(case),
        f"`{case.id}`",
    )
    return f"| {' | '.join(cells)} |\n"


def _needs(case: Case) -> str:
    if case.vendor == "rxscale":
        return " or ".join(f"`{each}`" for each in case.route.permissions) or "a key"
    if case.route.scope:
        return f"`{case.route.scope}`"
    return "the API key"


def _sandbox(case: Case) -> str:
    """The route as the sandbox's log and faults name it."""
    (found,) = {each.name for each in simulated(case)}
    return f"`{found}`"


def simulated(case: Case) -> list[Route]:
    """The sandbox's routes for it: one for each base path."""
    settings = SandboxSettings()
    world = World(settings)
    if case.vendor == "rxscale":
        routes = RxRoutes(settings, world.rxscale, world.courier).all()
        return [each for each in routes if same_route(each.name, case.route.name)]
    path = f"/{case.route.path.lstrip('/')}".removeprefix("/v1")
    place = {"v2": "/api/v2/", "v1": "/api/v1/public/", "connector": "/api/v1/external"}
    routes = P1Routes(settings, world.pharmaone, world.access).all()
    found = [each for each in routes if each.name == f"{case.route.method} {path}"]
    return [each for each in found if each.path.startswith(place[case.route.api_version])]


def routes_of_the_sandbox() -> set[str]:
    """Every one, by name, for the comparison with those that have a method."""
    settings = SandboxSettings()
    world = World(settings)
    rx = RxRoutes(settings, world.rxscale, world.courier).all()
    pharmaone = P1Routes(settings, world.pharmaone, world.access).all()
    assert len(
        {each.path.split("/pharmacy_")[0] for each in rx if "/pharmacy_" in each.path}
    ) == len(BASES)
    return {each.name for each in (*rx, *pharmaone)}


def names_of_methods() -> set[str]:
    """The same of the client's routes; v1 stands beside v2 under one name in the sandbox."""
    paths = {case.route: case.route.path.removeprefix("/v1") for case in CASES}
    return {
        f"{route.method} {path}" if isinstance(route, p1.Route) else route.name
        for route, path in paths.items()
    }


if __name__ == "__main__":
    PAGE.write_text(page())
