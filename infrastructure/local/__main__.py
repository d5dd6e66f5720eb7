"""`python -m local`: the platform of ./template.yaml on this machine until Ctrl-C."""

import os
import sys
from pathlib import Path

from local.errors import LocalCloudError
from local.platform import Platform
from local.serving import serve

_DEFAULT_HTTP_PORT = 8080
_DEFAULT_MQTT_PORT = 8883


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:  # noqa: PLR2004
        message = f"{name} must be a port number, not {text!r}"
        raise LocalCloudError(message)
    return int(text)


def main() -> int:
    """Start, say where everything is, serve. Gives 0, or 2 with one line when it cannot start."""
    try:
        with Platform(
            Path.cwd(),
            http_port=_port("UMLAUF_HTTP_PORT", _DEFAULT_HTTP_PORT),
            mqtt_port=_port("UMLAUF_MQTT_PORT", _DEFAULT_MQTT_PORT),
        ) as platform:
            cloud = platform.cloud
            print(f"API    {cloud.http_url}/v1")
            print(f"inbox  {cloud.http_url}/_umlauf/inbox")
            print(f"MQTT   {cloud.mqtt_host}:{cloud.mqtt_port} (with a device's certificate)")
            print("Ctrl-C ends it.", flush=True)
            serve(cloud)
    except LocalCloudError as error:
        print(f"local cloud: {error}", file=sys.stderr)
        return LocalCloudError.EXIT_CODE
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
