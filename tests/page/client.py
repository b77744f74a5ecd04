"""The page as a browser without JavaScript asks for it: cookies kept, forms sent as they stand."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import aiohttp
from house import House

PASSWORD = "correct horse battery"
HASH = (  # of that password, with the least work there is
    "$argon2id$v=19$m=8,t=1,p=1$fS4WfQk+ZNjl9WL4O66d/w$xW8CdKodbzn8YVSse/AnJt3DZuMrnu2+ibtrzCYeXzo"
)
NOT_LINKED = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
FORM = re.compile(r'<form method="post" action="([^"]+)".*?</form>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Browser:
    """One visitor. `form` finds a form by its action and hidden fields."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = url, http
        self.status, self.text, self.headers = 0, "", {}

    async def get(self, path: str = "/", **headers: str) -> str:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> str:
        return await self._ask("POST", path, fields, headers)

    async def press(self, action: str, more: dict[str, str] | None = None, **having: str) -> str:
        fields = self.form(action, **having)
        return await self.post(action, {**fields, **(more or {})})

    async def press_from(self, action: str, more: dict[str, str], headers: dict[str, str]) -> str:
        """The same, with these headers."""
        return await self.post(action, {**self.form(action), **more}, **headers)

    def form(self, action: str, **having: str) -> dict[str, str]:
        for found in FORM.finditer(self.text):
            fields = {name: unescape(value) for name, value in FIELD.findall(found[0])}
            if found[1] == action and having.items() <= fields.items():
                return fields
        raise AssertionError(f"no form {action} {having}")

    async def _ask(
        self, method: str, path: str, fields: dict[str, str] | None, headers: dict[str, str]
    ) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, self.url + path, data=fields, headers=named) as answer:
            self.status, self.text = answer.status, await answer.text()
            self.headers, self.path = answer.headers, str(answer.url.relative())
        return self.text


@asynccontextmanager
async def browser(house: House) -> AsyncIterator[Browser]:
    jar = aiohttp.CookieJar(unsafe=True)  # addresses may have cookies as well
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Browser(house.running.url, http)
