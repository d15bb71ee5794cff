"""Who may do what, checked once for every chat alike; a refusal says who may.

Somebody whom the workspace does not know may read where we are spoken to, and nothing else.
"""

from __future__ import annotations

from bot.chat.request import Request
from bot.commands.command import Command, Stamp, Storm
from core.errors import Forbidden
from core.people.person import Person, Right
from core.text import Tongue
from core.workspace import Workspace

MOST_NAMES = 3


def require(right: Right, request: Request, workspace: Workspace) -> None:
    """Raise Forbidden unless the speaker has that right."""
    held = request.person.right if request.person else Right.READ
    if held.covers(right):
        return
    who = names_of_those_who(right, workspace, request.tongue)
    if request.person is None:
        raise Forbidden("forbidden-unknown", right=right.value, actor=request.actor, who=who)
    raise Forbidden("forbidden-right", right=right.value, name=request.person.name.to(request.tongue), who=who)


def require_about(command: Command, request: Request) -> None:
    """Raise Forbidden if somebody who came by a link to one alert asks for anything else."""
    if request.only is None:
        return
    name = request.only.rsplit(maxsplit=1)[-1].removeprefix("#")
    match command:
        case Storm(group=said):
            is_about = said == name
        case _:
            stamp = getattr(command, "alert", None)
            is_about = isinstance(stamp, Stamp) and stamp.handle == name
    if not is_about:
        raise Forbidden("forbidden-beyond-link", handle=name)


def names_of_those_who(right: Right, workspace: Workspace, tongue: Tongue) -> str:
    """Return a few names of people who hold that right, the mightier ones last: ask a colleague before a lead."""
    able = sorted((one for one in workspace.people.values() if one.right.covers(right)), key=_might)
    names = [person.name.to(tongue) for person in able[:MOST_NAMES]]
    return ("、" if tongue == "zh" else ", ").join(names)


def _might(person: Person) -> int:
    return list(Right).index(person.right)
