"""What is left of the day's calls, asked by the account's service."""

from aiohttp import web

from sandbox import wall
from sandbox.wechat.calls import body_of, done, error, opened


async def get(request: web.Request) -> web.Response:
    """`POST /cgi-bin/openapi/quota/get`: of one interface."""
    world, path = opened(request), str((await body_of(request)).get("cgi_path", ""))
    if not path.startswith("/"):
        raise error(76003, "invalid cgi_path")
    if path.startswith("/sns/"):
        raise error(76022, "could not use this cgi_path, no permission")
    if not any(route.canonical == path for route in request.app.router.resources()):
        raise error(76021, "cgi_path not found, please check")
    limit, left = world.quotas.limit(path), world.quotas.left(path, wall.seconds())
    return done(quota={"daily_limit": limit, "used": limit - left, "remain": left})


async def clear(request: web.Request) -> web.Response:
    """`POST /cgi-bin/clear_quota`: all of them, ten times a month."""
    world, body = opened(request), await body_of(request)
    if body.get("appid") != world.config.wechat.app_id:
        raise error(40013, "invalid appid")
    if not world.quotas.clear(wall.seconds()):
        raise error(48006, "forbid to clear quota because of reaching the limit")
    return done()


ROUTES = [
    web.post("/cgi-bin/openapi/quota/get", get),
    web.post("/cgi-bin/clear_quota", clear),
]
