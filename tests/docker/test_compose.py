"""docker/compose.yaml: hardened, without secrets, and of files and options that there are."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from docker.folder import DOCKER, OF_THE_OPERATOR, ROOT, compose, services

from bridge import __version__, config
from bridge.cli.main import main, parser
from bridge.sandbox import SandboxSettings
from bridge.settings import ServerSection, keys, secret_keys, variable

SERVICES = services()
REPLICAS = ("fleet-1", "fleet-2", "fleet-3")
OURS = ("bridge", "rehearsal", "sandbox", *REPLICAS)
PROFILES = {
    "bridge": [],
    "prometheus": ["monitoring"],
    "grafana": ["monitoring"],
    "sandbox": ["rehearsal"],
    "rehearsal": ["rehearsal"],
    **{name: ["fleet"] for name in (*REPLICAS, "proxy", "database")},
}


def mounts(service: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Source, target and whether it is read-only, of either form."""
    found = []
    for volume in service.get("volumes", ()):
        if isinstance(volume, str):
            source, target, *flags = volume.split(":")
            found.append((source, target, flags == ["ro"]))
        else:
            found.append((volume["source"], volume["target"], volume.get("read_only", False)))
    return found


def in_the_repository(source: str) -> str:
    return str((DOCKER / source).resolve().relative_to(ROOT))


def ignored(name: str) -> bool:
    done = subprocess.run(
        ["git", "check-ignore", "--quiet", "--no-index", name], cwd=ROOT, check=False
    )
    return done.returncode == 0


def test_the_services_and_their_profiles():
    assert {name: service.get("profiles", []) for name, service in SERVICES.items()} == PROFILES


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_may_do_no_more_than_it_must(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] <= 200
    assert service["mem_limit"] == "1g"
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    assert re.fullmatch(r"[1-9]\d*:\d+", service["user"]), "a number, and not root"
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_memory_comes_to_lie_on_disk(name: str):
    """Prescriptions pass through the bridge's."""
    service = SERVICES[name]
    assert service["memswap_limit"] == service["mem_limit"], "or the rest may be swapped out"
    if service.get("image", "").startswith("rxbridge"):
        assert service["ulimits"]["core"] == 0


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_listens_beyond_this_machine(name: str):
    for port in SERVICES[name].get("ports", ()):
        assert port.startswith("127.0.0.1:"), "a reverse proxy stands before it"


def test_no_two_services_want_the_same_port():
    taken = [
        port.split(":")[1] for service in SERVICES.values() for port in service.get("ports", ())
    ]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize("name", SERVICES)
def test_images_have_a_version(name: str):
    image = SERVICES[name]["image"]
    pinned = "" if name in OURS else "@sha256:[0-9a-f]{64}"
    assert re.search(rf":v?\d+\.\d+(\.\d+)?{pinned}$", image), image
    if name in OURS:
        assert image == f"rxbridge:{__version__}"
        assert (DOCKER / SERVICES[name]["build"]["context"]).resolve() == ROOT
        assert (ROOT / SERVICES[name]["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there_or_the_operators_to_make(name: str):
    for source, target, read_only in mounts(SERVICES[name]):
        assert target.startswith("/")
        if source in compose()["volumes"]:
            assert not read_only
            continue
        place = in_the_repository(source)
        assert (ROOT / place).exists() or OF_THE_OPERATOR.fullmatch(place), place
        ours = (source, target) == ("../pharmacy", "/etc/rxbridge")  # mode, secrets, skus.csv
        assert read_only != ours, f"{target} may be written to"


def test_the_bridge_works_in_the_folder_that_init_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """By `docker compose run bridge init`: `tmp_path` stands for ../pharmacy."""
    bridge = SERVICES["bridge"]
    assert bridge["working_dir"] == "/etc/rxbridge", "where init makes it"
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--yes"]) == 0
    for secret in (DOCKER / "rehearsal").iterdir():
        shutil.copy(secret, "secrets")
    read = config.load(None, bridge["environment"], cwd=tmp_path)
    assert read.mappings.dir == tmp_path / "mappings"
    missing = [fault.where for fault in read.missing_for_run()]
    assert missing == ["pharmaone.org_id", "pharmaone.shop_id"], "no key is missing"
    assert str(read.store.path).startswith("/var/lib/rxbridge/")


def test_no_tracked_file_of_the_checkout_can_be_written_to():
    for service in SERVICES.values():
        for source, _, read_only in mounts(service):
            if not read_only and source not in compose()["volumes"]:
                assert ignored(f"{in_the_repository(source)}/mappings/skus.csv")


def test_every_volume_and_secret_is_used():
    whole = compose()
    used = {source for service in SERVICES.values() for source, *_ in mounts(service)}
    assert set(whole["volumes"]) == used & set(whole["volumes"])
    asked = [name for service in SERVICES.values() for name in service.get("secrets", ())]
    assert sorted(asked) == sorted(whole["secrets"])


def test_secrets_are_files_that_git_does_not_take():
    for name, secret in compose()["secrets"].items():
        assert set(secret) == {"file"}
        place = in_the_repository(secret["file"])
        assert Path(place).name == name
        assert ignored(place)
        assert OF_THE_OPERATOR.fullmatch(place)
    assert ignored("pharmacy/secrets/rxbridge_rxscale__api_key")


def test_the_rehearsal_gets_all_secrets_and_knows_them_by_name():
    names = {variable(key).lower() for key in secret_keys()} - {"rxbridge_store__url"}  # a file's
    given = {path.name: path.read_text().strip() for path in (DOCKER / "rehearsal").iterdir()}
    assert given.keys() == names
    sandbox = SandboxSettings()
    assert given["rxbridge_rxscale__api_key"] == sandbox.rx_api_key
    assert given["rxbridge_pharmaone__api_key"] == sandbox.p1_api_key
    typed = parser().parse_args(SERVICES["sandbox"]["command"])
    assert {given[n] for n in names if "webhook" in n} == {typed.webhook_secret}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_environment(name: str):
    secret = {variable(key) for key in secret_keys()}
    for variable_, value in SERVICES[name].get("environment", {}).items():
        assert isinstance(value, str), f"{variable_}: YAML would make something else of it"
        assert variable_ not in secret
        words = ("KEY", "SECRET", "PASSWORD", "TOKEN")
        if any(word in variable_ for word in words):
            assert variable_.endswith("_FILE")


@pytest.mark.parametrize("name", ["bridge", "rehearsal"])
def test_the_environment_names_keys_that_there_are(name: str):
    known = {variable(f"{section}.{key}") for section, names in keys().items() for key in names}
    given = SERVICES[name]["environment"]
    assert given.keys() <= known
    assert given["RXBRIDGE_SERVER__HOST"] == "0.0.0.0"
    folder = str(Path(given["RXBRIDGE_STORE__PATH"]).parent)
    writable = {target for _, target, read_only in mounts(SERVICES[name]) if not read_only}
    assert folder in writable | {each.split(":")[0] for each in SERVICES[name]["tmpfs"]}
    inside = {port.split(":")[2] for port in SERVICES[name]["ports"]}
    assert inside == {given["RXBRIDGE_SERVER__PORT"]}


def test_the_rehearsal_and_the_sandbox_find_each_other():
    typed = parser().parse_args(SERVICES["sandbox"]["command"])
    environment = SERVICES["rehearsal"]["environment"]
    assert typed.host == "0.0.0.0"
    assert typed.webhooks_to == f"http://rehearsal:{environment['RXBRIDGE_SERVER__PORT']}"
    assert environment["RXBRIDGE_RXSCALE__BASE_URL"] == f"http://sandbox:{typed.rxscale_port}"
    assert environment["RXBRIDGE_PHARMAONE__BASE_URL"] == f"http://sandbox:{typed.pharmaone_port}"
    sandbox = SandboxSettings()
    assert environment["RXBRIDGE_PHARMAONE__ORG_ID"] == sandbox.org_id
    assert environment["RXBRIDGE_PHARMAONE__SHOP_ID"] == sandbox.shop_id
    published = {f"127.0.0.1:{p}:{p}" for p in (typed.rxscale_port, typed.pharmaone_port)}
    assert set(SERVICES["sandbox"]["ports"]) == published


def test_the_replicas_are_the_same_but_for_their_names_and_ports():
    own = ("hostname", "ports")
    alike = [
        {key: value for key, value in SERVICES[name].items() if key not in own} for name in REPLICAS
    ]
    assert alike[0] == alike[1] == alike[2]
    assert [SERVICES[name]["hostname"] for name in REPLICAS] == [*REPLICAS], "as /health tells them"
    known = {variable(f"{section}.{key}") for section, names in keys().items() for key in names}
    assert alike[0]["environment"].keys() <= known


def test_the_proxy_of_the_fleet_knows_each_replica_and_the_database_makes_no_superuser():
    conf = (DOCKER / "proxy" / "fleet.conf").read_text()
    port = SERVICES["fleet-1"]["environment"]["RXBRIDGE_SERVER__PORT"]
    assert re.findall(r"server (\S+:\d+) resolve", conf) == [f"{name}:{port}" for name in REPLICAS]
    assert mounts(SERVICES["proxy"]) == [("./proxy/fleet.conf", "/etc/nginx/fleet.conf", True)]
    assert "/etc/nginx/fleet.conf" in SERVICES["proxy"]["command"]
    assert set(SERVICES["proxy"]["depends_on"]) == set(REPLICAS)
    script = (DOCKER / "database" / "make.sh").read_text()
    assert "CREATE ROLE rxbridge LOGIN PASSWORD" in script
    assert "SUPERUSER" not in script.upper().replace("NO SUPERUSER", "")
    assert {f"/run/secrets/{name}" for name in SERVICES["database"]["secrets"]} == {
        SERVICES["database"]["environment"]["POSTGRES_PASSWORD_FILE"],
        *re.findall(r"/run/secrets/\w+", script),
    }


def test_a_replica_that_is_stopped_has_time_to_serve_on_and_to_drain():
    server = ServerSection()
    grace = float(SERVICES["fleet-1"]["stop_grace_period"].removesuffix("s"))
    assert grace > server.leave_seconds + server.drain_seconds + 2
    assert "TimeoutStopSec=25" in (DOCKER / "rxbridge.service").read_text()


def test_a_stop_leaves_time_to_drain():
    grace = float(SERVICES["bridge"]["stop_grace_period"].removesuffix("s"))
    most = ServerSection.model_fields["drain_seconds"].metadata
    longest = max(each.le for each in most if hasattr(each, "le"))
    assert grace > longest + 2


@pytest.mark.parametrize("name", OURS)
def test_files_suffice_for_every_connection_and_are_not_without_end(name: str):
    most = ServerSection().max_connections
    assert 2 * most <= SERVICES[name]["ulimits"]["nofile"] <= 10 * most
