"""`python -m local`: the platform of ./template.yaml on this machine until Ctrl-C."""

import sys
from pathlib import Path

from demo.checking import watch
from local.errors import LocalCloudError
from local.platform import HTTP_PORT, MQTT_PORT, Platform, port_from_environment
from local.serving import serve


def main() -> int:
    """Start, say where everything is, serve. Gives 0, or 2 with one line when it cannot start."""
    try:
        with Platform(
            Path.cwd(),
            http_port=port_from_environment("UMLAUF_HTTP_PORT", HTTP_PORT),
            mqtt_port=port_from_environment("UMLAUF_MQTT_PORT", MQTT_PORT),
        ) as platform:
            watch(platform)
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
