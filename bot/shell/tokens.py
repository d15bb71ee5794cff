"""`beacon token`: new, list, end. The secret is printed once, and only its digest is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from core.ports import Transaction

T = TypeVar("T")

tokens = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tokens of programs that push facts.")


@tokens.command()
def new(
    name: Annotated[str, typer.Argument(help="Whose it is, such as etl.")],
    scope: Annotated[list[str], typer.Option(help="push, push:SOURCE or read; several if need be.")],
) -> None:
    """Make a token and print it, this once."""
    from core.errors import Problem
    from core.people.token import Token, digest_of, is_scope, mint

    if wrong := [one for one in scope if not is_scope(one)]:
        raise Problem("token-bad-scope", scope=wrong[0])
    secret = mint()
    token = Token(name, digest_of(secret), tuple(dict.fromkeys(scope)), datetime.now(UTC))
    if not _within(lambda tx: tx.add_token(token)):
        raise Problem("token-name-taken", name=name)
    typer.echo(secret)


@tokens.command("list")
def list_() -> None:
    """List the tokens: name, scopes, since when, until when."""
    for one in _within(lambda tx: tx.tokens()):
        until = f"{one.ended_at:%Y-%m-%d}" if one.ended_at else ""
        typer.echo(f"{one.name}  {' '.join(one.scopes)}  {one.made_at:%Y-%m-%d}..{until}")


@tokens.command()
def end(name: Annotated[str, typer.Argument(help="As `beacon token list` names it.")]) -> None:
    """End a token at once."""
    from core.errors import Missing

    if not _within(lambda tx: tx.end_token(name, datetime.now(UTC))):
        raise Missing("token-no-such", name=name)


def _within(work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do it in one transaction of the store that the settings name."""
    from bot.app import open_store_of
    from bot.settings import read_settings

    async def done() -> T:
        async with open_store_of(read_settings()) as store, store.begin() as tx:
            return await work(tx)

    return asyncio.run(done())
