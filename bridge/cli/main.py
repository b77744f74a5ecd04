"""The command line: what can be said to `rxbridge`, and the exit code of each ending.

Every noun lives in a module of its own, imported only when it is asked for: `--help` is instant.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import bridge
from bridge.cli.help import values
from bridge.cli.help.parsing import Parser, finish
from bridge.errors import BridgeError, Misconfigured, words

DONE, FAILED, WRONG = 0, 1, 2

Handler = Callable[[argparse.Namespace], int]


def entry() -> None:
    """The console script. Ends the process."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code: 0 done, 1 a finding or failure, 2 wrong use."""
    arguments = parser().parse_args(argv)
    try:
        return _handler(arguments)(arguments)
    except Misconfigured as mistake:
        for fault in mistake.faults:
            print(f"rxbridge: {fault}", file=sys.stderr)
        return WRONG
    except BridgeError as failure:
        print(f"rxbridge: {words(failure)}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        return DONE if arguments.command in ("run", "sandbox", "demo") else FAILED


def _handler(arguments: argparse.Namespace) -> Handler:
    module, _, name = str(arguments.handler).partition(":")
    handler: Handler = getattr(import_module(f"bridge.cli.{module}"), name)
    return handler


def parser() -> argparse.ArgumentParser:
    top: argparse.ArgumentParser = Parser(prog="rxbridge")
    top.add_argument("--version", action="version", version=f"rxbridge {bridge.__version__}")
    top.add_argument(
        "--config", type=Path, metavar="PATH", help="the configuration (default: ./rxbridge.toml)"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _running(commands)
    _looking(commands)
    _stock(commands)
    _mending(commands)
    _telling(commands)
    _asking(commands)
    _keeping(commands)
    return finish(top)


def _running(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = commands.add_parser("run", help="the sidecar, in the foreground; Ctrl-C drains and stops")
    run.set_defaults(handler="run:run")
    demo = commands.add_parser("demo", help="both vendors simulated and real orders through it")
    demo.add_argument("--orders", type=values.count, default=25, metavar="N", help="how many (25)")
    demo.add_argument("--keep", action="store_true", help="stay up until Ctrl-C")
    demo.add_argument("--json", action="store_true", help="one JSON document at the end")
    demo.set_defaults(handler="demo:demo")
    sandbox = commands.add_parser("sandbox", help="only the two simulated vendors")
    sandbox.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    sandbox.add_argument(
        "--rxscale-port", type=values.port, default=8201, metavar="PORT", help="where (8201)"
    )
    sandbox.add_argument(
        "--pharmaone-port", type=values.port, default=8202, metavar="PORT", help="where (8202)"
    )
    sandbox.add_argument(
        "--dialect", choices=["current", "legacy"], default="current", help="RxScale's words"
    )
    sandbox.add_argument(
        "--approve-after", type=values.seconds, metavar="SECONDS", help="staff approve"
    )
    sandbox.add_argument(
        "--webhooks-to", type=values.address, metavar="URL", help="where the bridge listens"
    )
    sandbox.add_argument(
        "--webhook-secret", default="whsec_sandbox", metavar="SECRET", help="signs both vendors'"
    )
    sandbox.add_argument("--unlimited", action="store_true", help="no rate limits")
    sandbox.add_argument("--json", action="store_true", help="say where, as one JSON document")
    sandbox.set_defaults(handler="sandbox:sandbox")


def _looking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser("check", help="everything the configuration needs, tried out")
    check.add_argument("--offline", action="store_true", help="files only, no vendor is called")
    check.add_argument("--json", action="store_true")
    check.set_defaults(handler="check:check")
    orders = commands.add_parser("orders", help="pharmacy orders and where they stand")
    verbs = orders.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="links and states, newest first")
    listed.add_argument("--open", action="store_true", help="only those that are not finished")
    listed.add_argument("--limit", type=values.count, default=50, metavar="N", help="how many (50)")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(handler="orders:list_orders")
    show = verbs.add_parser("show", help="one order's whole story, in time order")
    show.add_argument("uid", metavar="UID", help="po-... or order:po-...")
    show.add_argument("--json", action="store_true")
    show.set_defaults(handler="orders:show_order")
    sync = verbs.add_parser("sync", help="look at one order now")
    sync.add_argument("uid", metavar="UID", help="po-... or order:po-...")
    sync.add_argument("--json", action="store_true")
    sync.set_defaults(handler="orders:sync_order")
    reconcile = commands.add_parser(
        "reconcile", help="both sides compared, order by order, SKU by SKU"
    )
    reconcile.add_argument(
        "--days",
        type=values.days,
        default=7,
        metavar="N",
        help="finished ones of so many days too (7)",
    )
    reconcile.add_argument(
        "--fix", action="store_true", help="look at what differs, and sync the stock, now"
    )
    reconcile.add_argument("--json", action="store_true")
    reconcile.set_defaults(handler="reconcile:reconcile")


def _stock(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stock = commands.add_parser("stock", help="what RxScale may sell of what PharmaOne has")
    verbs = stock.add_subparsers(dest="verb", required=True, metavar="VERB")
    plan = verbs.add_parser("plan", help="what a sync would change; changes nothing")
    plan.add_argument("--all", action="store_true", help="also what is as it should be")
    plan.add_argument("--reread", action="store_true", help="read RxScale's whole list first")
    plan.add_argument("--json", action="store_true", help="every linked SKU")
    plan.set_defaults(handler="goods.stock:plan")
    verify = verbs.add_parser("verify", help="what customers could buy, against what is there")
    verify.add_argument("--shop", required=True, help="the shop's identifier at RxScale")
    verify.add_argument("--market", help="whose customers (rxscale.market)")
    verify.add_argument("--all", action="store_true", help="also what is as it should be")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(handler="goods.verify:verify")
    sync = verbs.add_parser("sync", help="do it now")
    sync.add_argument("--confirm", action="store_true", help="odd inventory and prices are true")
    sync.add_argument("--json", action="store_true")
    sync.set_defaults(handler="goods.stock:sync")
    skus = commands.add_parser("skus", help="which PharmaOne product each SKU is")
    kinds = skus.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = kinds.add_parser("list", help="links, with both sides' numbers as last seen")
    listed.add_argument("--unlinked", action="store_true", help="only SKUs without a link")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(handler="goods.stock:list_skus")
    match = kinds.add_parser("match", help="propose links for SKUs without one")
    match.add_argument("--write", action="store_true", help="add sure ones to skus.csv")
    match.add_argument("--push", action="store_true", help="also set RxScale's external_id")
    match.add_argument(
        "--min-confidence",
        type=values.percent,
        default=85,
        metavar="N",
        help="how sure is sure (85)",
    )
    match.add_argument("--json", action="store_true")
    match.set_defaults(handler="goods.skus:match")


def _telling(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    webhooks = commands.add_parser("webhooks", help="what RxScale tells this bridge, and where to")
    verbs = webhooks.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="RxScale's subscriptions")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(handler="webhooks:list_webhooks")
    register = verbs.add_parser("register", help="subscribe this bridge; may be repeated")
    register.add_argument(
        "--secrets",
        type=Path,
        required=True,
        metavar="PATH",
        help="where the signing secrets go: a file, or a folder of secret files",
    )
    register.add_argument("--renew", action="store_true", help="anew, where secrets were lost")
    register.add_argument("--json", action="store_true")
    register.set_defaults(handler="webhooks:register")
    remove = verbs.add_parser("remove", help="end subscriptions")
    remove.add_argument("uids", nargs="+", metavar="UID", help="as `webhooks list` shows it")
    remove.add_argument("--json", action="store_true")
    remove.set_defaults(handler="webhooks:remove")
    completion = commands.add_parser("completion", help="a script for the Tab key")
    completion.add_argument(
        "shell", choices=["bash", "zsh", "fish"], metavar="SHELL", help="bash, zsh or fish"
    )
    completion.set_defaults(handler="help.completion:completion")


def _asking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    products = commands.add_parser("products", help="what PharmaOne's shop has")
    verbs = products.add_subparsers(dest="verb", required=True, metavar="VERB")
    attach = verbs.add_parser("attach", help="what RxScale sells and the shop lacks")
    attach.add_argument("--write", action="store_true", help="put it into the shop")
    attach.add_argument("--shop", metavar="SHOP_ID", help="which shop (pharmaone.shop_id)")
    attach.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what your PharmaOne wants beside the product, such as position=1",
    )
    attach.add_argument("--json", action="store_true")
    attach.set_defaults(handler="goods.attach:attach")
    money = commands.add_parser("money", help="RxScale's payouts against PharmaOne's orders")
    money.add_argument("--month", metavar="YYYY-MM", help="which month (the last one)")
    money.add_argument("--csv", type=Path, metavar="FILE", help="every order, for a spreadsheet")
    money.add_argument("--all", action="store_true", help="also where both sides agree")
    money.add_argument("--json", action="store_true")
    money.set_defaults(handler="api.money:money")
    call = commands.add_parser("call", help="any route of a vendor, signed in, persons masked")
    call.add_argument(
        "vendor",
        choices=["pharmaone", "rxscale", "rxscale-public"],
        metavar="VENDOR",
        help="pharmaone, rxscale, or rxscale-public for its public API",
    )
    call.add_argument(
        "method",
        type=str.upper,
        choices=["GET", "POST", "PUT", "PATCH", "DELETE"],
        metavar="METHOD",
        help="GET, POST, PUT, PATCH or DELETE",
    )
    call.add_argument("path", metavar="PATH", help="as documented, such as /inventory")
    call.add_argument(
        "--query", action="append", default=[], metavar="NAME=VALUE", help="may be repeated"
    )
    call.add_argument("--json-body", metavar="JSON", help="or @FILE, or - for standard input")
    call.add_argument("--all", action="store_true", help="every page of a list")
    call.add_argument("--json", action="store_true", help="the answer as it is, but for the masks")
    call.add_argument("--show-patient-data", action="store_true", help="without these masks")
    call.add_argument("--show-secrets", action="store_true", help="nor these")
    call.set_defaults(handler="api.call:call")


def _mending(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stuck = commands.add_parser("stuck", help="what waits for a person, and how to free it")
    verbs = stuck.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="the key, since when, why, and what to do")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(handler="stuck:list_stuck")
    retry = verbs.add_parser("retry", help="look again; an unsure submission is sent")
    retry.add_argument("keys", nargs="*", metavar="KEY", help="order:po-... or sku:psku-...")
    retry.add_argument("--all", action="store_true", help="all but what it would send again")
    retry.add_argument("--json", action="store_true")
    retry.set_defaults(handler="stuck:retry")
    drop = verbs.add_parser("drop", help="leave it alone from now on: it was handled by hand")
    drop.add_argument("key", metavar="KEY", help="order:po-... or sku:psku-...")
    drop.add_argument(
        "--reason", type=values.reason, required=True, help="for the story; no patient data, please"
    )
    drop.add_argument("--json", action="store_true")
    drop.set_defaults(handler="stuck:drop")
    submitted = verbs.add_parser("submitted", help="its order-request is in PharmaOne already")
    submitted.add_argument("key", metavar="KEY", help="order:po-...")
    submitted.add_argument("--json", action="store_true")
    submitted.set_defaults(handler="stuck:submitted")


def _keeping(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    store = commands.add_parser("store", help="the bridge's memory: backed up, checked, restored")
    verbs = store.add_subparsers(dest="verb", required=True, metavar="VERB")
    backup = verbs.add_parser("backup", help="copy it, also while the bridge runs")
    backup.add_argument(
        "path", type=Path, metavar="PATH", help="the file; an older one is replaced"
    )
    backup.add_argument("--json", action="store_true")
    backup.set_defaults(handler="keeping.store:backup")
    check = verbs.add_parser("check", help="look through it for damage")
    check.add_argument("path", type=Path, nargs="?", metavar="PATH", help="a backup instead of it")
    check.add_argument("--json", action="store_true")
    check.set_defaults(handler="keeping.store:check")
    restore = verbs.add_parser("restore", help="put a backup in its place; the bridge is stopped")
    restore.add_argument("path", type=Path, metavar="PATH", help="the backup")
    restore.add_argument("--json", action="store_true")
    restore.set_defaults(handler="keeping.store:restore")
    password = commands.add_parser("password", help="makes the hash of the page's password")
    password.set_defaults(handler="keeping.password:password")
