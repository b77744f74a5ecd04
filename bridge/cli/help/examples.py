"""What each command is for, and examples to copy: shown by --help and in docs/commands.md."""

from collections.abc import Mapping

from bridge.cli.help.direct import DIRECT, Told

TOLD: Mapping[str, Told] = {
    **DIRECT,
    "": Told(
        "RxScale's prescription orders appear in PharmaOne Manager by themselves, and RxScale "
        "always shows where they are and what is in stock.",
        (
            ("rxbridge demo", "see it at work, no accounts needed"),
            ("rxbridge check", "try out your configuration"),
            ("rxbridge run", "the bridge itself"),
            ("rxbridge stuck list", "what waits for you, and what to do"),
        ),
    ),
    "run": Told(
        "The bridge itself, in the foreground. Ctrl-C (or SIGTERM) ends what is under way and "
        "stops within ten seconds; whatever is left goes on at the next start.",
        (
            ("rxbridge run", "with ./rxbridge.toml"),
            ("rxbridge --config north/rxbridge.toml run", "with another configuration"),
        ),
    ),
    "demo": Told(
        "Simulates both vendors on this machine and sends real signed webhooks through the real "
        "bridge. Needs no accounts and leaves nothing behind.",
        (
            ("rxbridge demo", "25 orders, 5 of them to their end"),
            ("rxbridge demo --orders 100", "more of them"),
            ("rxbridge demo --keep", "stay up afterwards, to look around"),
        ),
    ),
    "sandbox": Told(
        "Only the two simulated vendors, for rehearsing with your own configuration. It prints "
        "what to put into it.",
        (
            ("rxbridge sandbox", "on ports 8201 and 8202"),
            ("rxbridge sandbox --approve-after 5", "staff approve every request after 5 seconds"),
            (
                "rxbridge sandbox --webhooks-to http://127.0.0.1:8080",
                "signed webhooks to your bridge",
            ),
        ),
    ),
    "check": Told(
        "Tries out everything the configuration needs: files, store, both vendors, keys, rights, "
        "webhooks. One line each, with the way out. Changes nothing; exit code 1 if anything "
        "fails.",
        (
            ("rxbridge check", "everything"),
            ("rxbridge check --offline", "configuration and mapping files only"),
            ("rxbridge check --json", "for a monitoring system"),
        ),
    ),
    "orders": Told(
        "Pharmacy orders as the bridge knows them: ids, states and times, never a patient's data.",
        (
            ("rxbridge orders list", "the newest"),
            ("rxbridge orders show po-abc123", "one order's story"),
        ),
    ),
    "orders list": Told(
        "Pharmacy orders with their state on both sides, newest first.",
        (
            ("rxbridge orders list", "the newest 50"),
            ("rxbridge orders list --open --limit 500", "everything that is not finished"),
            ("rxbridge orders list --json", "for a program"),
        ),
    ),
    "orders show": Told(
        "One order's whole story in time order: what each side said, which rule decided, which "
        "calls were made, and what happens next.",
        (
            ("rxbridge orders show po-abc123", "as a table, or line by line in a small window"),
            ("rxbridge orders show po-abc123 --json", "all that the bridge knows of it"),
        ),
    ),
    "orders sync": Told(
        "Has one order looked at now, by the running bridge or by this command itself, and tells "
        "what came of it. Exit code 1 if it is stuck.",
        (("rxbridge orders sync po-abc123", ""),),
    ),
    "reconcile": Told(
        "Compares both sides order by order and SKU by SKU, and tells what the bridge would do "
        "about each difference. Exit code 1 if anything differs.",
        (
            ("rxbridge reconcile", "only compares"),
            ("rxbridge reconcile --days 30", "with finished orders of the last 30 days"),
            ("rxbridge reconcile --fix", "looks at what differs, and syncs the stock, now"),
        ),
    ),
    "stock": Told(
        "What RxScale may sell of what PharmaOne has.",
        (
            ("rxbridge stock plan", "what a sync would change"),
            ("rxbridge stock sync", "do it now"),
        ),
    ),
    "stock plan": Told(
        "What a sync would write, with every sum and why. Changes nothing. Exit code 1 if the "
        "inventory is odd or cannot be read.",
        (
            ("rxbridge stock plan", "what would change"),
            ("rxbridge stock plan --all", "every linked SKU"),
            (
                "rxbridge stock plan --reread --json",
                "by RxScale's list as it is now, for a program",
            ),
        ),
    ),
    "stock sync": Told(
        "Reads PharmaOne's inventory and writes what differs at RxScale, now. A running bridge "
        "does the same every few minutes and when it is told of a change.",
        (
            ("rxbridge stock sync", "what `rxbridge stock plan` shows"),
            ("rxbridge stock sync --confirm", "an odd inventory or price is true: believe it"),
        ),
    ),
    "skus": Told(
        "Which PharmaOne product each RxScale SKU is.",
        (
            ("rxbridge skus list --unlinked", "what still lacks a link"),
            ("rxbridge skus match", "proposals"),
        ),
    ),
    "skus list": Told(
        "Every SKU with its link, and both sides' numbers as last seen.",
        (
            ("rxbridge skus list", ""),
            ("rxbridge skus list --unlinked --json", "what lacks a link, for a program"),
        ),
    ),
    "skus match": Told(
        "Proposes by name which PharmaOne product each SKU without a link is. What is not sure is "
        "shown and never written. Exit code 1 while any SKU lacks a link.",
        (
            ("rxbridge skus match", "only proposes"),
            ("rxbridge skus match --write", "adds sure ones to mappings/skus.csv"),
            ("rxbridge skus match --write --push", "and sets RxScale's external_id as well"),
            ("rxbridge skus match --min-confidence 95", "be surer"),
        ),
    ),
    "webhooks": Told(
        "What RxScale tells this bridge of, and where to. (PharmaOne's are made in PharmaOne "
        "Manager: Org Settings, Integrations, Webhook subscriptions.)",
        (
            ("rxbridge webhooks list", ""),
            (
                "rxbridge webhooks register --secrets ./webhook-secrets.json",
                "subscribe this bridge",
            ),
        ),
    ),
    "webhooks list": Told(
        "RxScale's subscriptions, and which of them are this bridge's.",
        (("rxbridge webhooks list", ""), ("rxbridge webhooks list --json", "for a program")),
    ),
    "webhooks register": Told(
        "Subscribes server.public_url for orders and stock. May be repeated: what is there "
        "already is left. The signing secrets are shown once by RxScale and go into a file that "
        "only you can read, never to the screen.",
        (
            ("rxbridge webhooks register --secrets ./webhook-secrets.json", "into a file"),
            ("rxbridge webhooks register --secrets ./secrets-folder", "into a folder of secrets"),
            (
                "rxbridge webhooks register --secrets ./webhook-secrets.json --renew",
                "the secrets were lost: make new ones",
            ),
        ),
    ),
    "webhooks remove": Told(
        "Ends subscriptions. Orders then come by the sweep, within a minute.",
        (("rxbridge webhooks remove sub-abc123", "one, by the uid that `webhooks list` shows"),),
    ),
    "stuck": Told(
        "What waits for a person, and how to free it. A stuck order holds up no other. Every "
        "reason is explained in docs/stuck.md.",
        (
            ("rxbridge stuck list", "why, and what to do"),
            ("rxbridge stuck retry --all", "after mending: look again"),
        ),
    ),
    "stuck list": Told(
        "Each key, since when it waits, why, and what frees it.",
        (("rxbridge stuck list", ""), ("rxbridge stuck list --json", "for a program")),
    ),
    "stuck retry": Told(
        "Looks again, after the cause was mended. A submission of which nobody knows whether it "
        "arrived is sent: look in PharmaOne Manager first.",
        (
            ("rxbridge stuck retry order:po-abc123", "one order"),
            ("rxbridge stuck retry sku:psku-abc123", "one SKU"),
            ("rxbridge stuck retry --all", "all but what it would send again"),
        ),
    ),
    "stuck drop": Told(
        "Leaves an order or a SKU alone from now on, because it was handled by hand.",
        (
            ("rxbridge stuck drop order:po-abc123 --reason 'handled by hand'", ""),
            ("rxbridge stuck drop sku:psku-abc123 --reason 'kept by hand'", ""),
        ),
    ),
    "stuck submitted": Told(
        "You found its order-request in PharmaOne: the bridge takes it as submitted and goes on "
        "from there.",
        (("rxbridge stuck submitted order:po-abc123", ""),),
    ),
    "completion": Told(
        "Prints a script that lets the Tab key complete commands and options.",
        (
            ('eval "$(rxbridge completion bash)"', "bash, for this window"),
            ("rxbridge completion zsh > ~/.zfunc/_rxbridge", "zsh, where fpath has ~/.zfunc"),
            (
                "rxbridge completion fish > ~/.config/fish/completions/rxbridge.fish",
                "fish, for good",
            ),
        ),
    ),
}
"""By what is typed behind `rxbridge`. A command that is not here shows only its arguments."""
