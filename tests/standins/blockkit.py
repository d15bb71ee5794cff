"""What Slack demands of blocks, as its reference says; never read from a client library."""

from __future__ import annotations

from typing import Any

MAX_BLOCKS = 50
MAX_LETTERS = 13_200  # over all blocks: slackapi/bolt-js#2509
MAX_VIEW_BLOCKS = 100
BLOCKS = {"header", "section", "context", "actions", "divider", "image"}
STYLES = {None, "primary", "danger"}
# What a block or element may be made of; anything else is refused.
KEYS = {
    "header": {"type", "block_id", "text"},
    "section": {"type", "block_id", "text", "fields", "accessory", "expand"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "divider": {"type", "block_id"},
    "image": {"type", "block_id", "alt_text", "image_url", "slack_file", "title"},
    "input": {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"},
    "button": {"type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label"},
}


def faults(blocks: Any, *, in_view: bool = False) -> list[str]:
    """Return what Slack would object to, in its manner. A field to fill in stands in a view only."""
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    most = MAX_VIEW_BLOCKS if in_view else MAX_BLOCKS
    found = [f"no more than {most} items allowed [json-pointer:/blocks]"] if len(blocks) > most else []
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    if len(set(ids)) < len(ids):
        found.append("block_id is not unique [json-pointer:/blocks]")
    for number, block in enumerate(blocks):
        if in_view and isinstance(block, dict) and block.get("type") == "input":
            found += [f"{fault} [json-pointer:/blocks/{number}]" for fault in _input(block)]
            continue
        found += [f"{fault} [json-pointer:/blocks/{number}]" for fault in _block(block)]
    return found


def letters(part: Any) -> int:
    if isinstance(part, dict):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(letters(each) for each in part.values())
    return sum(letters(each) for each in part) if isinstance(part, list) else 0


def files(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the files that blocks show, by their names."""
    return [block["slack_file"].get("id", "") for block in blocks if "slack_file" in block]


def seen(blocks: list[dict[str, Any]]) -> str:
    """Return the words of blocks as a reader sees them, buttons in brackets."""
    return "\n".join(_words(block) for block in blocks)


def _words(part: Any) -> str:
    if isinstance(part, dict):
        if part.get("type") == "button":
            return f"[{part['text']['text']}]"
        if part.get("type") == "image":
            return f"🖼 {part['alt_text']}"
        if isinstance(part.get("text"), str):
            return part["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        return " ".join(filter(None, (_words(each) for each in part.values())))
    return " ".join(filter(None, map(_words, part))) if isinstance(part, list) else ""


def _block(block: Any) -> list[str]:
    if not isinstance(block, dict) or block.get("type") not in BLOCKS:
        return ["unsupported type"]
    return _keys(block) + _inside(block)


def _keys(part: dict[str, Any]) -> list[str]:
    extra = sorted(set(part) - KEYS[part["type"]])
    bad = [f"no such property: {name}" for name in extra]
    return bad + ([] if len(str(part.get("block_id", "-"))) <= 255 else ["block_id must be at most 255 characters"])


def _inside(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "header":
            return _text(block.get("text"), 150, {"plain_text"})
        case "section":
            return _section(block)
        case "context":
            elements = block.get("elements", [])
            bad = [] if 1 <= len(elements) <= 10 else ["must have 1 to 10 elements"]
            return bad + [fault for each in elements for fault in _text(each, 3000)]
        case "actions":
            return _actions(block.get("elements", []))
        case "image":
            return _image(block)
    return []


def _image(block: dict[str, Any]) -> list[str]:
    if not block.get("alt_text") or ("image_url" in block) == ("slack_file" in block):
        return ["must have alt_text and one of image_url, slack_file"]
    bad = [] if len(block["alt_text"]) <= 2000 else ["alt_text must be at most 2000 characters"]
    bad += [] if len(block.get("image_url", "")) <= 3000 else ["image_url must be at most 3000 characters"]
    bad += _text(block["title"], 2000, {"plain_text"}) if "title" in block else []
    file = block.get("slack_file", {"id": "-"})
    return bad + ([] if ("id" in file) != ("url" in file) else ["slack_file must have one of id, url"])


def _section(block: dict[str, Any]) -> list[str]:
    if "text" not in block and "fields" not in block:
        return ["must have text or fields"]
    fields = block.get("fields", [])
    bad = [] if "fields" not in block or 1 <= len(fields) <= 10 else ["must have 1 to 10 fields"]
    bad += [fault for each in fields for fault in _text(each, 2000)]
    return bad + (_text(block["text"], 3000) if "text" in block else [])


def _actions(elements: list[dict[str, Any]]) -> list[str]:
    bad = [] if 1 <= len(elements) <= 25 else ["must have 1 to 25 elements"]
    ids = [each.get("action_id") for each in elements]
    if len(set(ids)) < len(ids):
        bad.append("action_id is not unique")
    for each in elements:
        if each.get("type") != "button":
            bad.append("unsupported element")
            continue
        bad += _keys(each) + _text(each.get("text"), 75, {"plain_text"})
        bad += _confirm(each["confirm"]) if "confirm" in each else []
        if len(each.get("url", "")) > 3000:
            bad.append("url must be at most 3000 characters")
        if not 1 <= len(each.get("value", "-")) <= 2000:
            bad.append("value must be 1 to 2000 characters")
        if not 1 <= len(each.get("action_id", "-")) <= 255:
            bad.append("action_id must be 1 to 255 characters")
        if each.get("style") not in STYLES:
            bad.append("no such style")
    return bad


def _confirm(asked: dict[str, Any]) -> list[str]:
    most = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    return [fault for name, letters in most.items() for fault in _text(asked.get(name), letters)]


def _input(block: dict[str, Any]) -> list[str]:
    element = block.get("element", {})
    bad = _keys(block) + _text(block.get("label"), 2000, {"plain_text"})
    bad += _text(block["hint"], 2000, {"plain_text"}) if "hint" in block else []
    bad += _text(element["placeholder"], 150, {"plain_text"}) if "placeholder" in element else []
    if not 1 <= len(element.get("action_id", "")) <= 255:
        bad.append("action_id must be 1 to 255 characters")
    match element.get("type"):
        case "static_select":
            options = element.get("options", [])
            bad += [] if 1 <= len(options) <= 100 else ["must have 1 to 100 options"]
            for each in options:
                bad += _text(each.get("text"), 75, {"plain_text", "mrkdwn"})
                bad += [] if 1 <= len(each.get("value", "")) <= 150 else ["value must be 1 to 150 characters"]
            if "initial_option" in element and element["initial_option"] not in options:
                bad.append("initial_option is not among the options")
        case "plain_text_input" | "datetimepicker":
            pass
        case _:
            bad.append("unsupported element")
    return bad


def _text(text: Any, most: int, types: frozenset[str] | set[str] = frozenset({"plain_text", "mrkdwn"})) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in types or not isinstance(text.get("text"), str):
        return ["missing or wrong text object"]
    if not 1 <= len(text["text"]) <= most:
        return [f"must be 1 to {most} characters, not {len(text['text'])}"]
    if text["type"] == "mrkdwn" and "emoji" in text:
        return ["emoji is of plain_text only"]
    return []
