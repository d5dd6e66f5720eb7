"""`python -m demo play` plays the demo month; `python -m demo run` goes on serving afterwards.

Exit code 0 only if every invariant holds and every metered second is accounted for; 2 if the
platform cannot start.
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from demo.checking import read, watch
from demo.devices import FleetStuck
from demo.figures import Figures, count
from demo.people import PASSWORD
from demo.stage import LiveProgress, closing_table
from demo.story import OPENING, Story
from demo.trips import read_rides, sample_bikes
from invariants.report import Report
from local.errors import LocalCloudError
from local.platform import HTTP_PORT, MQTT_PORT, Platform, port_from_environment
from local.serving import serve

ROOT: Final = Path(__file__).resolve().parents[2]
DEFAULT_BIKES: Final = 60
CANNOT_START: Final = 2


@dataclass(frozen=True)
class Outcome:
    """What a played demo came to."""

    figures: Figures
    report: Report
    seconds: float

    @property
    def is_sound(self) -> bool:
        return self.report.hold and self.figures.usage_adds_up

    def as_json(self) -> dict[str, Any]:
        figures = {
            name: {key: str(item) for key, item in value.items()}
            if isinstance(value, dict)
            else value
            for name, value in vars(self.figures).items()
        }
        return {
            **figures,
            "usage_adds_up": self.figures.usage_adds_up,
            "invariants": self.report.as_json()["laws"],
            "seconds": round(self.seconds, 1),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def play(platform: Platform, bikes: int, console: Console) -> tuple[Story, Outcome]:
    """Play the month on a fresh platform."""
    # The clock of the platform is not ours: how long it took is told by the machine's.
    started = time.perf_counter()
    rides = read_rides()
    with LiveProgress(console) as progress:
        story = Story(platform, rides, sample_bikes(rides, bikes), progress)
        story.play()
    books, report = read(platform)
    return story, Outcome(count(books, report), report, time.perf_counter() - started)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    console = Console()
    is_serving = options.command == "run"
    try:
        console.print("Starting the platform from template.yaml ...")
        with _platform(is_serving=is_serving) as platform:
            watch(platform)
            story, outcome = play(platform, options.bikes, console)
            console.print(closing_table(outcome.figures, outcome.report, outcome.seconds))
            _print_violations(outcome.report, console)
            if options.json:
                Path(options.json).write_text(json.dumps(outcome.as_json(), indent=2) + "\n")
            if is_serving:
                _print_where_to_look(platform, story, console)
                serve(platform.cloud, console.print)
            story.close()
    except (LocalCloudError, FleetStuck, ValueError) as error:
        print(f"umlauf: {error}", file=sys.stderr)
        return CANNOT_START
    except KeyboardInterrupt:
        return 130
    return 0 if outcome.is_sound else 1


def _platform(*, is_serving: bool) -> Platform:
    """A fresh platform: on the well-known ports if people are to find it, else on free ones.

    One that nobody is to find keeps its logins and logs apart from another that serves.
    """
    if not is_serving:
        return Platform(ROOT, start=OPENING, state_dir=ROOT / ".umlauf" / "demo")
    return Platform(
        ROOT,
        http_port=port_from_environment("UMLAUF_HTTP_PORT", HTTP_PORT),
        mqtt_port=port_from_environment("UMLAUF_MQTT_PORT", MQTT_PORT),
        start=OPENING,
    )


def _print_violations(report: Report, console: Console) -> None:
    for law in report.laws:
        if law.broken:
            console.print(f"[red]broken {law.broken} times:[/red] {law.law}")
            for violation in law.violations:
                console.print(f"  {violation}")


def _print_where_to_look(platform: Platform, story: Story, console: Console) -> None:
    cloud = platform.cloud
    anna = story.cast.people[0]
    device = cloud.state_dir / "devices" / anna.device_id
    console.print(
        f"""
[bold]The platform runs.[/bold] Its clock stands at {cloud.now():%Y-%m-%d %H:%M} UTC.

  API            {cloud.http_url}/v1/plans   (description: {cloud.http_url}/v1/openapi.json)
  outbox of mail {cloud.http_url}/_umlauf/inbox
  MQTT           {cloud.mqtt_host}:{cloud.mqtt_port}, e.g. device {anna.device_id}
                 certificate {device}.pem, key {device}.key
  Stripe         {platform.stripe.url} (stand-in)
  customer       {anna.part.email} / {PASSWORD}
  staff          {platform.staff.username} / {platform.staff.password}

  bin/umlauf status · bin/umlauf clock advance 30d · bin/umlauf invariants · bin/umlauf events

Ctrl-C ends it.""",
        highlight=False,
        soft_wrap=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("command", choices=["run", "play"])
    parser.add_argument("--bikes", type=int, default=DEFAULT_BIKES, help="1 to 640, default 60")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
