"""A formula printed and read again is the same formula."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.calendar.grain import Grain
from core.metrics.formula import parse, refs, replaced, show
from core.metrics.metric import Const, Formula, Op, Ref, ToDate

NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,8}|[一-龥]{1,4}", fullmatch=True).filter(lambda name: name != "to_date")
LEAVES = st.one_of(
    NAMES.map(Ref),
    st.decimals(min_value=0, max_value=10**9, places=3).map(Const),
)


def larger(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    return st.one_of(
        st.builds(Op, st.sampled_from("+-*/"), inner, inner),
        st.builds(ToDate, inner, st.sampled_from([Grain.WEEK, Grain.MONTH])),
    )


FORMULAS = st.recursive(LEAVES, larger, max_leaves=8)


@given(FORMULAS)
def test_what_is_printed_reads_back_the_same(formula):
    assert parse(show(formula)) == formula


@given(FORMULAS)
def test_no_bracket_is_printed_that_could_be_left_out(formula):
    shown = show(formula)
    for at, sign in enumerate(shown):
        if sign == "(" and not shown[:at].endswith("to_date"):
            depth = 0
            for end in range(at, len(shown)):
                depth += {"(": 1, ")": -1}.get(shown[end], 0)
                if not depth:
                    break
            assert parse(shown[:at] + " " + shown[at + 1 : end] + " " + shown[end + 1 :]) != formula


@given(FORMULAS)
def test_replacing_names_each_reference(formula):
    doubled = replaced(formula, lambda ref: Op("*", ref, Const(Decimal(2))))
    assert refs(doubled) == refs(formula)
