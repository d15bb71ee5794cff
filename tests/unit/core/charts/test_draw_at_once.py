"""Slack, Telegram and the web each draw in a thread of their own, and often the same alert at the same moment."""

import subprocess
import sys

MANY = """
from concurrent.futures import ThreadPoolExecutor
from tests.adapters.samples import FIGURE
from core.charts.draw import draw

with ThreadPoolExecutor(6) as threads:
    drawn = list(threads.map(draw, [FIGURE] * 6))
assert len(set(drawn)) == 1, "they differ"
"""


def test_charts_drawn_at_the_same_moment_are_drawn_whole_from_the_first_on():
    # A process of its own: what broke was reading the font for the first time.
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
