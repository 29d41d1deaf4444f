"""Talking to the sandbox as one of the town's people would: through its phone and its buttons (`/control`)."""

from typing import Any

import aiohttp


class NoAnswer(Exception):
    """The sandbox is not there, or says no; the message is for whoever sits at the shell."""


class Town:
    """The town's people, by the sandbox's control routes."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: str) -> None:
        self._session = session
        self._sandbox = sandbox

    async def get(self, path: str, **query: str) -> Any:
        """GET a control route. Raises NoAnswer."""
        return await self._call("GET", path, params=query)

    async def post(self, path: str, **body: Any) -> Any:
        """POST to a control route. Raises NoAnswer."""
        return await self._call("POST", path, json=body)

    async def say(self, who: str, text: str) -> list[str]:
        """The replies to a message. Raises NoAnswer."""
        answer = await self.post("/control/say", **{"as": who, "text": text})
        if answer.get("error"):
            raise NoAnswer(answer["error"])
        return [reply.get("text", "") for reply in answer["replies"]]

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            async with self._session.request(method, self._sandbox + path, **more) as response:
                answer = await response.json()
                status = response.status
        except (aiohttp.ClientError, ValueError) as problem:
            raise NoAnswer("the demo does not answer: is `make demo` running?") from problem
        if status >= 400:
            raise NoAnswer(str(answer.get("error", answer)) if isinstance(answer, dict) else str(answer))
        return answer


async def say(sandbox: str, who: str, text: str) -> list[str]:
    """One message and its replies."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        return await Town(session, sandbox).say(who, text)
