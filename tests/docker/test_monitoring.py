"""Alert rules and dashboard: real PromQL, over numbers that the program really shows."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import promql_parser as promql
import pytest
from docker.folder import DOCKER, ROOT, document, services
from house import open_house, open_sandbox
from prometheus_client.parser import text_string_to_metric_families

from bridge.app import vitals
from bridge.sandbox.traffic import Fault

DASHBOARD = json.loads((DOCKER / "grafana" / "dashboards" / "rxbridge.json").read_text())
RULES = [rule for group in document("alerts.yaml")["groups"] for rule in group["rules"]]
PROMETHEUS_OWN = {"up": {"job", "instance"}}
PROMETHEUS_ADDS = {"job", "instance"}
PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="there is no promtool here")


def panels() -> Iterator[dict[str, Any]]:
    for panel in DASHBOARD["panels"]:
        yield panel
        yield from panel.get("panels", ())


def shown() -> list[str]:
    """Every query of the dashboard, with Grafana's variables filled in."""
    queries = [target["expr"] for panel in panels() for target in panel.get("targets", ())]
    return [q.replace("$__rate_interval", "1m").replace("$job", "rxbridge") for q in queries]


def parts(expression: Any) -> Iterator[Any]:
    """The expression and all inside it."""
    yield expression
    for name in ("lhs", "rhs", "expr", "param", "vector_selector"):
        inner = getattr(expression, name, None)
        if inner is not None:
            yield from parts(inner)
    for argument in getattr(expression, "args", ()):
        yield from parts(argument)


def selectors(query: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each metric that the query names, and its labels' values. Raises ValueError if not PromQL."""
    for part in parts(promql.parse(query)):
        if isinstance(part, promql.VectorSelector):
            yield part.name, {each.name: each.value for each in part.matchers.matchers}


def grouped(query: str) -> set[str]:
    """The labels by which the query sums up."""
    found: set[str] = set()
    for part in parts(promql.parse(query)):
        if isinstance(part, promql.AggregateExpr) and part.modifier is not None:
            found |= set(re.findall(r"\w+", str(part.modifier).partition("(")[2]))
    return found


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """The labels and their values of every metric of a bridge that had something of all to do."""
    text = asyncio.run(worked(tmp_path_factory.mktemp("house")))
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


async def worked(folder: Path) -> str:
    """What `/metrics` shows after an order's whole life, and a refusal."""
    async with open_sandbox() as sandbox, open_house(sandbox, folder) as house:
        house.hand("20401", 100)
        await house.sync()
        (uid,) = await house.orders_arrive()
        await house.change(await house.approve(uid), status="completed")
        no = {"status": 403, "body": {"error": "no"}}
        house.world.break_calls(Fault(vendor="rxscale", route="GET /pharmacy_orders/{uid}", **no))
        await house.orders_arrive()
        await vitals.measure(house.bridge)
        await vitals.try_to_write(house.bridge)
        url = f"{house.running.url}/metrics"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            return await answer.text()


def wrong(query: str, exported: dict[str, dict[str, set[str]]]) -> Iterator[str]:
    """What of a query the program does not show."""
    for name, labels in selectors(query):
        if name in PROMETHEUS_OWN:
            continue
        if name not in exported:
            yield f"no metric {name}"
            continue
        for label, value in labels.items():
            known = exported[name].get(label, set())
            if label not in PROMETHEUS_ADDS and not any(re.fullmatch(value, one) for one in known):
                yield f"no {name}{{{label}={value}}} among {sorted(known)}"
        missing = grouped(query) - set(exported[name]) - PROMETHEUS_ADDS
        if missing:
            yield f"{name} has no label {missing}"


@pytest.mark.parametrize("query", sorted({rule["expr"] for rule in RULES}))
def test_every_alert_rests_on_numbers_that_there_are(query: str, exported):
    assert not list(wrong(query, exported))


@pytest.mark.parametrize("query", sorted(set(shown())))
def test_the_dashboard_shows_numbers_that_there_are(query: str, exported):
    assert not list(wrong(query, exported))


def test_what_would_be_wrong_is_seen(exported):
    for query in (
        "rxbridge_stukc > 0",
        'rxbridge_deliveries_total{outcome="lost"}',
        "sum by (customer) (rxbridge_deliveries_total)",
    ):
        assert list(wrong(query, exported)), query
    with pytest.raises(ValueError, match=r"unexpected|unclosed"):
        list(wrong("sum(rxbridge_stuck", exported))


def test_every_gauge_of_the_program_is_shown_or_alarmed_on(exported):
    """What nobody looks at need not be measured."""
    used = {
        name for query in [*shown(), *(r["expr"] for r in RULES)] for name, _ in selectors(query)
    }
    endings = ("_total", "_bucket", "_count", "_sum", "_created")
    gauges = {name for name in exported if not name.endswith(endings)}
    ours = {name for name in gauges if not name.startswith("rxbridge_process_")}
    assert ours <= used, ours - used


def test_an_alert_says_what_is_wrong_and_how_bad_it_is():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    for rule in RULES:
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]


def test_each_alert_is_told_of_in_the_documents():
    page = (ROOT / "docs" / "running.md").read_text()
    told = re.findall(r"^\| `(Rxbridge\w+)`", page, re.MULTILINE)
    assert sorted(told) == sorted(rule["alert"] for rule in RULES)


def test_panels_have_ids_of_their_own_and_one_source():
    every = list(panels())
    assert len({panel["id"] for panel in every}) == len(every)
    (source,) = document("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    sources = {p["datasource"]["uid"] for p in every if "datasource" in p}
    assert sources == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"
    for panel in every:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24


def test_grafana_finds_its_dashboards_where_they_are_mounted():
    (provider,) = document("grafana/provisioning/dashboards/rxbridge.yaml")["providers"]
    mounts = [volume.split(":") for volume in services()["grafana"]["volumes"]]
    targets = {target: source for source, target, *_ in mounts}
    assert targets[provider["options"]["path"]] == "./grafana/dashboards"
    home = services()["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/rxbridge.json"


def test_prometheus_asks_the_services_that_there_are():
    config = document("prometheus.yml")
    assert config["rule_files"] == ["alerts.yaml"]
    mounted = {Path(v.split(":")[1]).name for v in services()["prometheus"]["volumes"][:2]}
    assert mounted == {"prometheus.yml", "alerts.yaml"}
    for job in config["scrape_configs"]:
        found = [
            *(t for each in job.get("static_configs", ()) for t in each["targets"]),
            *(f"{n}:{d['port']}" for d in job.get("dns_sd_configs", ()) for n in d["names"]),
        ]
        for target in found:
            name, port = target.split(":")
            assert services()[name]["environment"]["RXBRIDGE_SERVER__PORT"] == port


@needs_promtool
def test_promtool_finds_nothing_wrong():
    assert PROMTOOL is not None
    for words in (("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yaml")):
        subprocess.run([PROMTOOL, *words], cwd=DOCKER, check=True, capture_output=True)


@needs_promtool
def test_each_alert_goes_off_when_it_should_and_not_before():
    assert PROMTOOL is not None
    cases = Path(__file__).with_name("alerts.test.yaml")
    done = subprocess.run(
        [PROMTOOL, "test", "rules", cases.name],
        cwd=cases.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_has_a_case_in_which_it_goes_off():
    cases = (Path(__file__).with_name("alerts.test.yaml")).read_text()
    named = set(re.findall(r"alertname=\"(\w+)\"", cases))
    assert named == {rule["alert"] for rule in RULES}
