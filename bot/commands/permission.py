"""Who may do what, checked once for every chat alike; a refusal says who may, and they can be asked.

Somebody whom the workspace does not know may read where we are spoken to, and nothing else.
"""

from __future__ import annotations

from bot.chat.request import Request
from bot.commands.command import Board, Command, Stamp, Storm
from core.errors import Forbidden
from core.people.person import Deed, Person, Right
from core.text import Tongue
from core.workspace import Workspace

MOST_NAMES = 3

Need = Right | Deed


def require(right: Need, request: Request, workspace: Workspace) -> None:
    """Raise Forbidden unless the speaker may do that."""
    if request.person.may(right) if request.person else right in (Right.READ, Deed.READ):
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
        case Board():
            is_about = name == "board"
        case _:
            stamp = getattr(command, "alert", None)
            is_about = isinstance(stamp, Stamp) and stamp.handle == name
    if not is_about:
        raise Forbidden("forbidden-beyond-link", handle=name)


def needed(name: str) -> Need:
    """Return the right or the deed of that name."""
    return Right(name) if name in set(Right) else Deed(name)


def those_who(right: Need, workspace: Workspace) -> tuple[Person, ...]:
    """Return a few people who may do that, the mightier ones last: ask a colleague before a lead."""
    return tuple(sorted((one for one in workspace.people.values() if one.may(right)), key=_might)[:MOST_NAMES])


def names_of_those_who(right: Need, workspace: Workspace, tongue: Tongue) -> str:
    names = [person.name.to(tongue) for person in those_who(right, workspace)]
    return ("、" if tongue == "zh" else ", ").join(names)


def _might(person: Person) -> int:
    return list(Right).index(person.right)
