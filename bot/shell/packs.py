"""What the command line does with packs: live a story, open one in the console, begin a team's own from one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.commands.begin import described, dictionary_of, lack_words, look, packed, write_files
from bot.phrases import say
from core.packs.load import pack_folder, write_pack
from core.text import Tongue

if TYPE_CHECKING:
    from bot.commands.begin import Table
    from bot.settings import Settings

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
    proposal = look(folder, file, read, dictionary_of(pack))
    made = packed(pack, proposal, folder.resolve().name)
    words = [
        *described(proposal, tongue).splitlines()[: -len(proposal.rules) or None],
        *(say("init-rule", tongue, sentence=rule.said) for rule in made.kept),
        *(lack_words(one, made.catalog.metrics, tongue) for one in made.lacking),
    ]
    return "\n".join(words), lambda: write_files(made.files, folder, file)
