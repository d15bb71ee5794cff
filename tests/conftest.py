"""What every test run shares: how hard hypothesis tries, and that CI skips nothing.

On a developer's machine a test may be skipped for want of a browser. In CI
(`CI=true`) a skip is a failure, since there it would hide a broken install.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from hypothesis import settings

IN_CI = os.environ.get("CI") == "true"

# No deadline: two shared cores make an honest example slow now and then.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "dev")


@pytest.fixture(autouse=True)
def _logs_as_they_come() -> Iterator[None]:
    """Undo what a command that ran in this process did to the log: it is the whole process's."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that this run started; `BEACON_TEST_POSTGRES` names another instead."""
    if given := os.environ.get("BEACON_TEST_POSTGRES"):
        yield given
        return
    from tests.engines import running_postgres

    with running_postgres() as address:
        yield address


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[str]:
    """The address of a database in it that nothing was ever written to."""
    import asyncio
    from uuid import uuid4

    import asyncpg
    from sqlalchemy.engine import make_url

    name = f"t{uuid4().hex[:12]}"

    async def tell(statement: str) -> None:
        connection = await asyncpg.connect(postgres)
        await connection.execute(statement)
        await connection.close()

    def ask(statement: str) -> None:
        with ThreadPoolExecutor(1) as aside:  # a test may be running a loop of its own here
            aside.submit(asyncio.run, tell(statement)).result()

    ask(f'CREATE DATABASE "{name}"')
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    ask(f'DROP DATABASE "{name}" WITH (FORCE)')


def skips(config: pytest.Config) -> list[str]:
    """Return the names of what was skipped, on the process that reports; a worker has no reporter."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [report.nodeid for report in reporter.stats.get("skipped", [])] if reporter else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if IN_CI and skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if IN_CI and (names := skips(config)):
        line = f"CI=true: {len(names)} skipped, and nothing may be skipped here: {', '.join(names)}"
        terminalreporter.write_line(line, red=True)
