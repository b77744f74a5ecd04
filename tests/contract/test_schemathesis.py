"""schemathesis against both simulated vendors: they answer as documented, whatever comes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from bridge.sandbox import SandboxSettings, openapi

KNOWN = SandboxSettings()
EXAMPLES = 12
CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]
"""Not `positive_data_acceptance`: no schema can say whether an order may move on."""
CONFIG = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
calm = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
rxscale = schemathesis.openapi.from_dict(openapi.describe("rxscale", KNOWN), config=CONFIG)
pharmaone = schemathesis.openapi.from_dict(openapi.describe("pharmaone", KNOWN), config=CONFIG)


@pytest.fixture(scope="session")
def vendors() -> Iterator[dict[str, str]]:
    """Both, in a process of their own, with some orders to find."""
    ports = ("--rxscale-port", "0", "--pharmaone-port", "0")
    command = [sys.executable, "-m", "bridge", "sandbox", *ports, "--unlimited", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while not lines[-1].startswith("}"):
            lines.append(process.stdout.readline())
        where = json.loads("".join(lines))
        admin = f"{where['rxscale.base_url']}/_sandbox"
        requests.post(f"{admin}/orders", json={"count": 3}, timeout=10).raise_for_status()
        yield where
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def token(vendors: dict[str, str]) -> str:
    url = f"{vendors['pharmaone.base_url']}/api/v2/public/orgs/{KNOWN.org_id}/auth/token"
    answer = requests.post(url, headers={"apikey": KNOWN.p1_api_key}, timeout=10)
    return str(answer.json()["access_token"])


@rxscale.parametrize()
@calm
def test_rxscale(case: schemathesis.Case, vendors: dict[str, str]):
    if isinstance(case.body, dict) and isinstance(case.body.get("target"), str):
        case.body["target"] = case.body["target"] and "http://127.0.0.1:9/hook"
    case.call_and_validate(
        base_url=vendors["rxscale.base_url"],
        headers={"X-API-Key": KNOWN.rx_public_key if "/public" in case.path else KNOWN.rx_api_key},
        checks=CHECKED,
    )


@pharmaone.parametrize()
@calm
def test_pharmaone(case: schemathesis.Case, vendors: dict[str, str], token: str):
    with_key = case.path.endswith(("/auth/token", "/external-order")) or "/v1/public" in case.path
    bearer = {"Authorization": f"Bearer {token}"}
    case.call_and_validate(
        base_url=vendors["pharmaone.base_url"],
        headers={"apikey": KNOWN.p1_api_key} if with_key else bearer,
        checks=CHECKED,
    )


def test_the_documents_are_published(vendors: dict[str, str]):
    for vendor in ("rxscale", "pharmaone"):
        url = f"{vendors[f'{vendor}.base_url']}/_sandbox/openapi.json"
        published: Any = requests.get(url, timeout=10).json()
        assert published["openapi"] == "3.1.0"
        assert len(published["paths"]) > 10
