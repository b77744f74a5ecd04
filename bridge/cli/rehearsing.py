"""A bridge beside the simulated vendors: its folder, and how it runs for a while."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bridge import config
from bridge.app import shipped
from bridge.app.files import write_whole
from bridge.errors import Phrase
from bridge.settings import Settings, variable

Began = Callable[..., None]


def made(folder: Path, said: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """A folder for a bridge that listens anywhere, and whose numbers may rise at once; what is
    `said`, by its keys, stands in the environment that it is given.
    """
    shutil.copytree(shipped.mappings(), folder / "mappings")
    put(folder / config.FILE, "")
    keys = {"server.port": "0", "stock.write": "true", **said}
    environ = {"RXBRIDGE_SECRETS_DIR": str(folder)}
    environ |= {variable(key): value for key, value in keys.items()}
    return config.load(None, environ, cwd=folder), environ


def put(file: Path, text: str) -> None:
    way = Phrase("let-write", folder=file.parent, kind="files")
    write_whole(file, text.encode(), mode=0o600, way=way)


@asynccontextmanager
async def running(
    start: Callable[[asyncio.Event, Began], Coroutine[Any, Any, None]],
) -> AsyncIterator[Any]:
    """What `start` says once it has begun; it is stopped afterwards. Raises what it raises."""
    began: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    end = asyncio.Event()
    process = asyncio.create_task(start(end, lambda *parts: began.set_result(parts)))
    waiting: set[asyncio.Future[Any]] = {process, began}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    try:
        if process.done():
            await process
        yield began.result()
    finally:
        end.set()
        await process
