"""A shop whose channels fall when they are told to: a workspace on disk, for storms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

OWNERS = 20  # half of them in Slack, half in Telegram
GROUP = "-100500"
DAYS = 20


@dataclass(frozen=True, slots=True)
class Shop:
    """`channels` of them; each has an owner, and each that falls is a critical alert."""

    folder: Path
    channels: int

    def write(self) -> None:
        """Write the workspace, and a first file in which all is well."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        for name, content in self._files().items():
            (self.folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        self.fall(0)

    def fall(self, count: int) -> None:
        """Let the first `count` channels have fallen yesterday. The file is replaced at once, never half."""
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        rows = ["day,channel,revenue,spend"]
        for ago in range(DAYS):
            day: date = yesterday - timedelta(days=ago)
            rows += [f"{day},c{n},{80 if not ago and n < count else 200},100" for n in range(self.channels)]
        coming = self.folder / "coming.tmp"
        coming.write_text("\n".join(rows), encoding="utf-8")
        coming.replace(self.folder / "data" / "ads.csv")

    def chat_of(self, owner: int) -> tuple[str, str]:
        """Return where an owner reads: the platform, and the chat on it."""
        return ("slack", f"DU{owner:03}") if owner % 2 else ("telegram", str(1000 + owner))

    def _files(self) -> dict[str, object]:
        source = {
            "source": "ads",
            "files": "data/ads.csv",
            "grain": "day",
            "time": "day",
            "dimensions": {"channel": "channel"},
            "measures": {"revenue": "revenue", "spend": "spend"},
        }
        rule = {
            "rule": "roi_drop",
            "title": {"en": "ROI below 1", "zh": "投产比低于 1"},
            "when": "渠道ROI<1",
            "owner": "channel_lead",
            "severity": "critical",
            "gate": "off",
        }
        route = {"route": "all", "chats": ["slack:C001", f"telegram:{GROUP}"], "owner": "person:p0"}
        # YAML reads JSON.
        return {
            "workspace.yaml": {"name": "Storm", "zone": "UTC", "currency": "CNY", "tongue": "en"},
            "sources.yaml": [source],
            "rules.yaml": [rule],
            "routes.yaml": [route],
            "people.yaml": [self._person(n) for n in range(OWNERS)],
        }

    def _person(self, number: int) -> dict[str, object]:
        mine = [f"c{channel}" for channel in range(number, self.channels, OWNERS)]
        chat = {"slack": f"U{number:03}"} if number % 2 else {"telegram": str(1000 + number)}
        return {
            "person": f"p{number}",
            "name": {"en": f"Person {number}", "zh": f"同事{number}"},
            "duties": [{"role": "channel_lead", "over": {"channel": mine}}] if mine else [],
            "chats": chat,
            "may": "act",
        }
