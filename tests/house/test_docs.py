"""What strangers read is true: each command runs, each output is what is printed, each link leads somewhere.

In a fenced `text` block that follows a `sh` block stands what its last command prints. A line `…` stands for any
lines, and `…` within a line for anything on it. Handles are written 7f3k.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path

import httpx
import pytest
import structlog
import yaml
from typer.main import get_command

from bot import cli
from bot.cards.alert import alert_card
from bot.chat.plain import plain
from bot.commands.dispatch import REGISTER
from bot.past import relive
from bot.settings import SECRETS, Settings
from core.document import Mistakes, parse
from core.errors import Invalid
from core.metrics.catalog import Catalog
from core.metrics.load import builtin, matchers
from core.metrics.load_sources import BOUNDS
from core.metrics.metric import How
from core.people.load import House, load_people
from core.rules import check as rules
from core.rules import parse as sentences
from core.rules.load import load_rules
from core.rules.say import say
from core.text import Tongue
from core.workspace import Workspace, load_workspace
from tests.house.reference import PAGES, SAYS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PAGES_OF_OURS = [*READMES, *(page for page in sorted(DOCS.rglob("*.md")) if "decisions" not in page.parts)]
TWINS = [
    (READMES[0], READMES[1]),
    *((DOCS / page.relative_to(DOCS / "zh"), page) for page in sorted((DOCS / "zh").rglob("*.md"))),
]
HOSTS = {"127.0.0.1:8080", "api.slack.com", "t.me"}  # the only places outside that a page may name
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CATALOG = Catalog(builtin().metrics, builtin().dimensions)
SHOP = ROOT / "examples" / "shop"
STARTS = 20.0  # seconds that the house may take to stand on a busy machine


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


each_page = pytest.mark.parametrize("page", PAGES_OF_OURS, ids=named)


def blocks(page: Path, kind: str) -> list[str]:
    return [found[2] for found in BLOCK.finditer(page.read_text("utf-8")) if found[1] == kind]


def steps(page: Path) -> list[tuple[list[str], str | None]]:
    """Return each `sh` block as its commands, with what its last one is said to print."""
    text, found = page.read_text("utf-8"), []
    matches = list(BLOCK.finditer(text))
    for at, match in enumerate(matches):
        after = matches[at + 1] if at + 1 < len(matches) else None
        follows = after is not None and after[1] == "text" and not text[match.end() : after.start()].strip()
        if match[1] == "sh":
            found.append((commands(match[2]), after[2] if after and follows else None))
    return found


def commands(block: str) -> list[str]:
    return re.findall(r"^[^\n]*<<'EOF'\n.*?^EOF$|^\S[^\n]*$", block, re.MULTILINE | re.DOTALL)


def tells(printed: str, said: str) -> bool:
    """Return whether that was printed, where `…` may be anything and every handle is 7f3k."""
    lines = [
        r"(?:[^\n]*\n)*?"
        if line == "…"
        else re.escape(line).replace("…", r"[^\n]*").replace("7f3k", "[a-z0-9]{4}") + r"\n"
        for line in said.strip().splitlines()
    ]
    spaced = re.sub(r"[ \t]+$", "", printed.strip(), flags=re.MULTILINE)
    return re.fullmatch("".join(lines), f"{spaced}\n") is not None


# --- every command -----------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with the examples in it, as if it were a fresh clone."""
    shutil.copytree(SHOP, tmp_path / "examples" / "shop")
    shutil.copy(ROOT / ".env.example", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.delenv("BEACON_WORKSPACE", raising=False)
    yield tmp_path
    structlog.reset_defaults()  # the command line sends the log to what was standard error then


def obey(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Do as a page says, and return what is printed; what would go on for ever is only looked at."""
    if command.startswith("beacon "):
        if "$(" in command:
            command = subprocess.check_output(["bash", "-c", f"printf '%q ' {command}"], text=True)
        words = shlex.split(command)
        return beacon([words[0], "check", *words[2:]] if words[1] == "run" else words, monkeypatch)
    if command.startswith("make "):
        target = command.split()[1]
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE), command
        return ""
    if command == ". .venv/bin/activate":
        return ""
    done = subprocess.run(["bash", "-euc", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def beacon(words: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", words)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code, (words, err.getvalue())
    return out.getvalue()


@pytest.mark.parametrize("page", [page for page in PAGES_OF_OURS if steps(page)], ids=named)
def test_each_command_on_a_page_does_what_the_page_says(page, place, monkeypatch):
    for block, said in steps(page):
        printed = [obey(command, monkeypatch) for command in block][-1]
        assert said is None or tells(printed, said), f"{block[-1]} prints:\n{printed}"


def test_the_tutorial_ends_with_an_alert_acknowledged(place, monkeypatch):
    before = [command for block, _ in steps(DOCS / "tutorial.md") for command in block]
    for command in before[: before.index("beacon run first")]:
        if not command.startswith(("beacon ask", "beacon rule", "beacon evaluate", "beacon check")):
            obey(command, monkeypatch)
    env = os.environ | {"BEACON_PORT": "0"}
    run = [sys.executable, "-m", "bot.cli", "run", "first"]
    with subprocess.Popen(run, cwd=place, env=env | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True) as up:
        try:
            assert up.stdout
            address = up.stdout.readline().split()[-1]
            alert = first_alert(address)
            assert (alert["rule"], alert["slice"], alert["severity"]) == ("roi_low", {"channel": "wechat"}, "critical")
            httpx.post(f"{address}api/say", json={"text": f"ack {alert['handle']}", "as": "me"}, timeout=STARTS)
            assert first_alert(address)["stage"] == "acked"
        finally:
            up.send_signal(signal.SIGINT)
        assert up.wait(STARTS) == 0


def first_alert(address: str) -> dict[str, object]:
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        if alerts := httpx.get(f"{address}api/alerts", timeout=STARTS).json():
            return alerts[0]
        time.sleep(0.1)
    raise AssertionError("no alert fired")


# --- the first screen, and rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "tongue"), [(READMES[0], "en"), (READMES[1], "zh")], ids=["en", "zh"])
def test_the_rule_on_the_first_screen_reads_back_and_makes_its_card(page: Path, tongue: Tongue, place):
    (rule,) = blocks(page, "yaml")
    assert len(rule.splitlines()) == 6
    shop = place / "examples" / "shop"
    (shop / "rules.yaml").write_text(rule, encoding="utf-8")
    workspace = load_workspace(shop)
    sentence, card, *_ = blocks(page, "text")
    assert say(workspace.rules[0].sentence, tongue, workspace.catalog) == sentence.strip()
    (made,) = asyncio.run(cards(workspace, tongue))
    assert tells(made, card), made


async def cards(workspace: Workspace, tongue: Tongue) -> list[str]:
    days = date(2026, 6, 11), date(2026, 6, 13)
    return [plain(alert_card(alert, workspace, tongue, alert.opened_at)) async for alert in relive(workspace, *days)]


def test_both_readmes_have_one_rule():
    trees = [sentences.parse(yaml.safe_load(blocks(page, "yaml")[0])[0]["when"], CATALOG) for page in READMES]
    assert trees[0] == trees[1]


GUIDES = [DOCS / "how-to" / "write-a-rule.md", DOCS / "zh" / "how-to" / "write-a-rule.md"]


@pytest.mark.parametrize("page", GUIDES, ids=named)
def test_both_spellings_in_the_guide_are_one_rule_that_can_be_watched(page: Path):
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", page.read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 15
    for left, right in rows:
        tree = sentences.parse(left, CATALOG)
        assert tree == sentences.parse(right, CATALOG), (left, right)
        assert rules.check(tree, CATALOG) == [], left


@pytest.mark.parametrize("page", GUIDES, ids=named)
def test_what_cannot_be_said_yet_is_refused(page: Path):
    section = re.search(
        r"^## (?:What cannot be said yet|现在还不能说的)\n(.*?)^## ", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert section
    said = [code for code in re.findall("`([^`]+)`", section[1]) if re.search("[<>]", code)]
    assert said
    for sentence in said:
        with pytest.raises(Invalid):
            sentences.parse(sentence, CATALOG)


@each_page
def test_each_piece_of_yaml_is_read_without_a_mistake(page: Path):
    shop = load_workspace(SHOP)
    for block in blocks(page, "yaml"):
        assert yaml.safe_load(block)
        mistakes: Mistakes = []
        node = parse(block, named(page), mistakes)
        if block.startswith("- rule"):
            load_rules([node], mistakes, shop.catalog)
        elif block.startswith("- person"):
            load_people([node], mistakes, matchers(shop.catalog), House(shop.tongue, shop.zone))
        assert mistakes == []


# --- links, names, twins -----------------------------------------------------------------------------------------


@each_page
def test_each_link_leads_somewhere(page: Path):
    text = page.read_text("utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)|href=\"([^\"]+)\"|<(https?://[^>]+)>", text)
    for target in ("".join(one) for one in targets):
        if found := re.match(r"https?://([^/]+)", target):
            assert found[1] in HOSTS, target
            continue
        path, _, heading = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not heading or heading in headings(there), target


def headings(page: Path) -> list[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


@each_page
def test_each_variable_that_a_page_names_can_be_set(page: Path):
    known = {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}
    spoken = set(re.findall(r"\b(?:BEACON|SLACK|TELEGRAM)_[A-Z_]+\b", page.read_text("utf-8")))
    assert spoken <= known


def test_every_page_is_reached_from_the_index():
    index = (DOCS / "README.md").read_text("utf-8")
    lost = [page for page in PAGES_OF_OURS if DOCS in page.parents and page.name != "README.md"]
    assert [page for page in lost if f"({page.relative_to(DOCS).as_posix()})" not in index] == []


@pytest.mark.parametrize(("one", "other"), TWINS, ids=[named(one) for one, _ in TWINS])
def test_twins_have_the_same_sections_and_the_same_commands(one: Path, other: Path):
    levels = [re.findall(r"^(#+) ", BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE) for page in (one, other)]
    assert levels[0] == levels[1]
    # What is asked, and which rule is read, is in each one's own tongue.
    said = [[re.sub(r'"[^"$]*"', '"…"', line) for block, _ in steps(page) for line in block] for page in (one, other)]
    assert said[0] == said[1]
    texts = [page.read_text("utf-8") for page in (one, other)]
    kinds = [[kind for kind, _ in BLOCK.findall(text) if kind != "text"] for text in texts]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize(("one", "other"), TWINS, ids=[named(one) for one, _ in TWINS])
def test_twins_lead_to_each_other(one: Path, other: Path):
    for page, twin in ((one, other), (other, one)):
        assert re.search(rf"[(\"]{re.escape(os.path.relpath(twin, page.parent))}[)\"]", page.read_text("utf-8"))


def test_the_readmes_count_the_metrics_that_there_are():
    for page in READMES:
        assert re.findall(r"(\d+) (?:metrics|个指标)", page.read_text("utf-8")) == [str(len(builtin().metrics))]


# --- reference ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_up_to_date(name: str):
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), "run: python -m tests.house.reference"


def test_every_command_of_chat_and_of_the_terminal_is_documented():
    page = (DOCS / "reference" / "commands.md").read_text("utf-8")
    for name in get_command(cli.cli).commands:
        assert f"### beacon {name}" in page
    for form, _ in SAYS.values():
        assert f"`{form}`" in page
    assert {kind.__name__.lower() for kind in REGISTER} == {*SAYS, "ask", "show"}


KEYS = re.compile(r"\b(?:fields\.(?:need|take)\(\s*|_other\(fields, )\"(\w+)\"")
LOADERS = [
    *ROOT.glob("core/*/load*.py"),
    *(ROOT / "core" / name for name in ("workspace.py", "calendar/events.py", "rules/objective.py")),
]


def test_every_key_of_a_workspace_is_documented_and_no_other():
    pages = ((DOCS / "reference" / name).read_text("utf-8") for name in ("workspace.md", "rule-tests.md"))
    page = BLOCK.sub("", "\n".join(pages))
    read = {key for file in LOADERS for key in KEYS.findall(file.read_text("utf-8"))}
    assert len(read) > 60
    code = " ".join(re.findall(r"`([^`]+)`", page))
    spoken = set(re.findall(r"\w+", code))
    assert (read | {*How, *BOUNDS}) - spoken == set()
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"\w+", row)} - read == set()
