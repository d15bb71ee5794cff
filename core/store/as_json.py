"""A value as JSON, for a column. Made once: `json.dumps` with options of its own makes an encoder for each call."""

import json

as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
