"""Leads and deals of the form of a real marketplace's, made up from a seed: the real ones may not be kept here.

They have the real ones' traps: few leads at weekends, an origin left empty beside one called unknown, deals won months
after the first contact, a deal of a lead nobody knows, and a day and a week on which leads fail to come.
"""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent / "data" / "olist_like"
REAL = Path(__file__).parents[2] / "shared" / "data" / "olist"
FOLDERS = [HERE, *([REAL] if REAL.is_dir() else [])]
LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"

_ORIGINS = ("organic search", "paid search", "social", "unknown", "direct traffic", "email", "")
_FIRST, _LAST = date(2017, 11, 1), date(2018, 5, 31)
_WEAK = {date(2018, 2, 13): 0.3, **{date(2018, 4, 16) + timedelta(days=day): 0.4 for day in range(7)}}


def write(folder: Path) -> None:
    dice = Random(842)
    leads, deals = [], []
    day = _FIRST
    while day <= _LAST:
        expected = (3 if day.weekday() >= 5 else 9) * _WEAK.get(day, 1.0)
        for _ in range(round(expected * dice.uniform(0.9, 1.1))):
            lead = f"m{len(leads):04}"
            origin = dice.choices(_ORIGINS, (30, 20, 17, 13, 7, 6, 1))[0]
            leads.append((lead, day.isoformat(), f"p{dice.randrange(9)}", origin))
            if dice.random() < (0.04 if date(2018, 3, 5) <= day < date(2018, 3, 19) else 0.16):
                won = datetime.combine(day, datetime.min.time()) + timedelta(days=dice.expovariate(1 / 25), minutes=1)
                deals.append((lead, f"s{len(deals):03}", won.replace(microsecond=0).isoformat(" ")))
        day += timedelta(days=1)
    deals.append(("stranger", "s999", "2018-03-01 10:00:00"))
    _write(folder / LEADS, ("mql_id", "first_contact_date", "landing_page_id", "origin"), leads)
    _write(folder / DEALS, ("mql_id", "seller_id", "won_date"), deals)


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
