"""What the command line does with packs: live a story, open one in the console, begin a team's own from one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.commands.begin import described, look
from bot.phrases import say
from core.packs.load import pack_folder, workspace_files, write_pack
from core.text import Tongue
from core.usecases.start import Lack, known_by_pack, lacks, merged, targets_for, without
from core.workspace import load_workspace

if TYPE_CHECKING:
    from bot.commands.begin import Table
    from bot.settings import Settings
    from core.metrics.metric import Metric

Read = Callable[[Path, str], "Table"]


def told(pack: str, tongue: Tongue) -> tuple[list[str], bool]:
    """Live a pack's story at once; return what is printed of it, and whether all went as it should."""
    from bot.story import differences, lines, live

    with TemporaryDirectory(prefix="beacon-") as place:
        folder = Path(place) / pack
        write_pack(pack, folder)
        lived = asyncio.run(live(folder))
        golden = differences(lived, pack_folder(pack))
    return lines(lived, golden, tongue), lived.is_fine and not golden


def show_pack(pack: str, settings: Settings, ready: Callable[[str], None]) -> None:
    """Open the console on a pack, the evening before its story's second day."""
    from bot.demo import show

    with TemporaryDirectory(prefix="beacon-") as place:
        folder = Path(place) / pack
        write_pack(pack, folder)
        asyncio.run(show(settings, ready, folder))


def begun(pack: str, folder: Path, file: Path, read: Read, tongue: Tongue) -> tuple[str, Callable[[], None]]:
    """Return what a workspace from that pack and file would be, in words, and what writes it."""
    from bot.commands.begin import write_files

    example = load_workspace(pack_folder(pack))
    proposal = look(folder, file, read, known_by_pack(example.catalog))
    own = workspace_files(pack)
    duties = [duty.role for person in example.people.values() for duty in person.duties]
    files = merged(own, proposal, folder.resolve().name, duties)
    with TemporaryDirectory(prefix="beacon-") as place:
        for name, text in files.items():
            (Path(place) / name).write_text(text, encoding="utf-8")
        whole = load_workspace(Path(place))
    lacking = lacks(whole.rules, whole.catalog)
    files["rules.yaml"] = without(files["rules.yaml"], (one.rule for one in lacking))
    if "targets.yaml" in own:
        files["targets.yaml"] = targets_for(own["targets.yaml"], whole.catalog)
    kept = [rule for rule in whole.rules if rule.id not in {one.rule for one in lacking}]
    found = described(proposal, tongue).splitlines()[: -len(proposal.rules) or None]
    words = [
        *found,
        *(say("init-rule", tongue, sentence=rule.said) for rule in kept),
        *(_lack_words(one, whole.catalog.metrics, tongue) for one in lacking),
    ]
    return "\n".join(words), lambda: write_files(files, folder, file)


def _lack_words(one: Lack, metrics: Mapping[str, Metric], tongue: Tongue) -> str:
    wants = [known.title.to(tongue) if (known := metrics.get(each)) else each for each in one.wants]
    return say("init-pack-lacks", tongue, rule=one.rule, wants=", ".join(wants))
