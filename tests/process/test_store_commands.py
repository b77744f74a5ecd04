"""`rxbridge store ...` beside a real `rxbridge run` on the same store."""

import asyncio
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from house import SECRET, open_sandbox
from process.test_run import PATIENCE_SECONDS, environment, requests, running, until


async def say(env: Mapping[str, str], folder: Path, *words: str) -> tuple[int | None, str]:
    """A command typed beside the bridge: its exit code, and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bridge",
        "store",
        *words,
        env=dict(env),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert b"Traceback" not in said
    return process.returncode, said.decode()


async def test_backed_up_at_work_and_restored_when_stopped(tmp_path: Path):
    """Ten orders before the backup, ten after it: each is at PharmaOne once, in the end too."""
    async with open_sandbox(reference_mode="second") as sandbox:
        env, orders = environment(sandbox, tmp_path), sandbox.world.orders

        def all_there(uids: list[str]) -> bool:
            return all(orders[uid].status == "pending review" for uid in uids)

        async with running(env, tmp_path) as (_, url):
            sandbox.world.subscribe("rxscale", f"{url}/webhooks/rxscale", SECRET)
            before = sandbox.world.add_orders(10)
            code, said = await say(env, tmp_path, "backup", "kept.db")
            assert code == 0, said
            await until(lambda: all_there(before))
            since = sandbox.world.add_orders(10)
            await until(lambda: all_there(since))
            assert (await say(env, tmp_path, "check"))[0] == 0
            code, said = await say(env, tmp_path, "restore", "kept.db")
            assert code == 2
            assert "another rxbridge run" in said
        assert (await say(env, tmp_path, "check", "kept.db"))[0] == 0
        code, said = await say(env, tmp_path, "restore", "kept.db")
        assert code == 0, said
        async with running(env, tmp_path):

            def every_order_was_looked_at() -> bool:
                with closing(sqlite3.connect(tmp_path / "rxbridge.db")) as store:
                    statement = "SELECT count(*) FROM orders WHERE rx_seen_at IS NOT NULL"
                    return store.execute(statement).fetchone() == (20,)

            await until(every_order_was_looked_at)
        assert [requests(sandbox, uid) for uid in [*before, *since]] == [1] * 20
