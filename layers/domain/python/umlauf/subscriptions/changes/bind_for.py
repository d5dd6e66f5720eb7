"""Renew or extend: bound for a further term."""

from dataclasses import replace

from umlauf.subscriptions.agreements import Agreement, BindFor
from umlauf.subscriptions.changes.editing import Edit


def bind_for(change: BindFor, edit: Edit) -> Agreement:
    """The term counts from the change's day, and so do its prices: it is agreed anew.

    A plan without terms to choose can be renewed for its own minimum term. Raises UnknownTerm,
    NoPriceInCurrency.
    """
    current, plan = edit.current, edit.plan
    is_plans_own = change.term == plan.terms.minimum_term and not plan.terms.term_options
    term = None if is_plans_own else change.term
    plan.require_term(term)
    plan.require_priced(edit.choice(term, edit.asked_on), current.add_ons)
    return replace(current, term=term, term_starts_on=edit.starts_on, agreed_on=edit.asked_on)
