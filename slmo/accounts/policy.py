"""Who may do what: one table of actions, and the questions asked of it.

Which rows a person sees is decided by selectors (an invisible row answers 404); which acts a person may do on them is
decided here (a refused act answers 403). Ask about the act, never about the rank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slmo.accounts.errors import Denied
from slmo.accounts.models import Held, Organisation, Role, User

PROVIDER, CUSTOMER, SUPPLIER = Organisation.Kind.PROVIDER, Organisation.Kind.CUSTOMER, Organisation.Kind.SUPPLIER

Actor = User | AnonymousUser | None


@dataclass(frozen=True)
class Rule:
    """Who may do one act.

    `act` names it for the reader. `level` is the least level of responsibility (2 to 7) that a person needs in the
    provider's organisation. `counterparty`: people of a customer or supplier may do it for their own organisation too
    (representatives always, others from the same level on). `acts_for`: kinds of organisations for which the
    provider's people act where no provider is named. `portal`: whoever administers the installation may do it too.
    """

    act: str | Promise
    level: int
    counterparty: bool = False
    acts_for: frozenset[str] = frozenset({SUPPLIER})
    portal: bool = False

    def grants(self, held: Held) -> bool:
        """Tell whether one assignment is enough for the act in its own organisation."""
        if held.kind == PROVIDER:
            return held.role == Role.LEVEL and held.level >= self.level
        return self.counterparty and (held.role == Role.CUSTOMER or held.level >= self.level)


def _see(act: str | Promise) -> Rule:
    """Return the rule of an act that every party of the thing may do."""
    return Rule(act, 2, counterparty=True)


def _negotiate(act: str | Promise) -> Rule:
    """Return the rule of an act of negotiation: each side for itself, nobody for the other."""
    return Rule(act, 5, counterparty=True, acts_for=frozenset())


def _comment(act: str | Promise) -> Rule:
    """Return the rule of speaking at the negotiating table: each side for itself."""
    return Rule(act, 4, counterparty=True, acts_for=frozenset())


def _administer(act: str | Promise, level: int) -> Rule:
    """Return the rule of an act of administration: the provider's people for every organisation."""
    return Rule(act, level, acts_for=frozenset({SUPPLIER, CUSTOMER}), portal=True)


_n = gettext_lazy

ACTIONS: Mapping[str, Rule] = {
    # Level 2: record and see services delivered against agreed levels.
    "catalogue_view": _see(_n("See the service catalogue")),
    "agreement_view": _see(_n("See agreements")),
    "objective_view": _see(_n("See objectives and their results")),
    "facts_view": _see(_n("See facts")),
    "breach_view": _see(_n("See breaches")),
    "report_view": _see(_n("See reports")),
    "export_view": _see(_n("Export what is shown")),
    "whatif_run": _see(_n("Replay changed terms on recorded facts")),
    "facts_record": Rule(_n("Record facts by hand"), 2),
    "facts_import": Rule(_n("Import facts from a file"), 2),
    "measurement_record": Rule(
        _n("Record one's own measurement of what a provider delivers"), 2, counterparty=True, acts_for=frozenset()
    ),
    "breach_note": Rule(_n("Write a note on a breach"), 2),
    "token_issue": Rule(_n("Issue a token for the HTTP API"), 2, counterparty=True, portal=True),
    # Level 3: watch performance, warn, run response plans.
    "breach_acknowledge": Rule(_n("Acknowledge a breach"), 3),
    "breach_assign": Rule(_n("Assign a breach to a person"), 3),
    "correction_propose": Rule(_n("Propose a correction of facts"), 3),
    "exclusion_propose": Rule(_n("Propose an exclusion"), 3),
    # Level 4: keep the records, analyse, start and track actions.
    "comment_write": _comment(_n("Comment on a clause under negotiation")),
    "note_write": _comment(_n("Keep a private note beside a clause")),
    "service_edit": Rule(_n("Edit services of the catalogue"), 4),
    "dependency_edit": Rule(_n("Edit dependencies between services"), 4),
    "source_edit": Rule(_n("Edit sources of facts"), 4),
    "objective_reassess": Rule(_n("Assess an objective again"), 4),
    "breach_explain": Rule(_n("Explain a breach"), 4),
    "breach_close": Rule(_n("Close a breach"), 4),
    "improvement_edit": Rule(_n("Edit improvements"), 4),
    "evidence_view": Rule(_n("See the evidence of a draft, and what else is promised about the service"), 4),
    "audit_view": _administer(_n("See the audit log"), 4),
    # Level 5: negotiate and sign; keep procedures and review them.
    "agreement_create": Rule(_n("Open a new agreement"), 5),
    "version_draft": _negotiate(_n("Edit a draft version")),
    "version_propose": _negotiate(_n("Propose a version")),
    "version_accept": _negotiate(_n("Accept a proposed version")),
    "version_sign": _negotiate(_n("Sign a version")),
    "version_withdraw": _negotiate(_n("Withdraw a proposed version")),
    "evidence_share": Rule(_n("Share evidence with the other side, or withdraw it"), 5),
    "cost_edit": Rule(_n("Record what a level of service costs"), 5),
    "requirement_record": Rule(
        _n("Record what a customer requires"), 5, counterparty=True, acts_for=frozenset({SUPPLIER, CUSTOMER})
    ),
    "requirement_answer": Rule(_n("Answer what a customer requires"), 5),
    "template_edit": _negotiate(_n("Keep templates of agreements")),
    "agreement_end": _negotiate(_n("Give notice that ends an agreement")),
    "version_sign_recorded": Rule(_n("Record a signature given outside the portal"), 5),
    "report_publish": Rule(_n("Publish a report"), 5),
    "review_schedule": Rule(_n("Schedule a review"), 5),
    "review_hold": Rule(_n("Hold a review"), 5),
    "review_conclude": Rule(_n("Conclude a review"), 5),
    "procedure_edit": Rule(_n("Edit procedures"), 5),
    "disruption_announce": Rule(_n("Announce a planned disruption"), 5),
    "disruption_answer": _negotiate(_n("Consent to a planned disruption, counter or decline")),
    # Level 6: oversee the whole catalogue, approve.
    "correction_approve": Rule(_n("Approve a correction of facts"), 6),
    "measurement_correct": Rule(
        _n("Approve a correction of one's own measurement"), 6, counterparty=True, acts_for=frozenset()
    ),
    "exclusion_approve": Rule(_n("Approve an exclusion"), 6),
    "restatement_issue": Rule(_n("Restate a final figure, or let it stand"), 6),
    "user_edit": _administer(_n("Edit users and their assignments"), 6),
    "organisation_edit": _administer(_n("Edit organisations"), 6),
    "authority_edit": _administer(_n("Edit who may sign for how much"), 6),
    "network_allow": _administer(_n("Allow networks that sources may reach"), 6),
    # Level 7: set strategy, authorise resources.
    "strategy_edit": Rule(_n("Edit the service strategy"), 7),
}


def can(actor: Actor, action: str, *organisations: Organisation) -> bool:
    """Tell whether the actor may do the act on something that concerns these organisations.

    `organisations` are the parties (an agreement's provider and customer, or a service's provider): a sufficient
    assignment in any of them is enough. Without organisations the question is whether the actor may do it anywhere,
    which is what menus ask. Nobody (None: the system itself) and inactive people may do nothing.

    Raises KeyError for an action that the table does not know.
    """
    rule = ACTIONS[action]
    if not isinstance(actor, User) or not actor.is_active:
        return False
    if rule.portal and actor.is_superuser:
        return True
    granting = [held for held in actor.held if rule.grants(held)]
    if not organisations:
        return bool(granting)
    concerned = {organisation.pk for organisation in organisations}
    if any(held.organisation_id in concerned for held in granting):
        return True
    represented = all(organisation.kind in rule.acts_for for organisation in organisations)
    return represented and any(held.kind == PROVIDER for held in granting)


def require(actor: Actor, action: str, *organisations: Organisation) -> None:
    """Raise Denied, with a sentence for the reader, where `can` says no; KeyError for an unknown action."""
    if not can(actor, action, *organisations):
        raise Denied(_refusal(ACTIONS[action], organisations), action)


def _refusal(rule: Rule, organisations: tuple[Organisation, ...]) -> str:
    """Return the sentence that says what the act asks for and where."""
    where = ", ".join(organisation.name for organisation in organisations)
    values: dict[str, Any] = {"act": rule.act, "level": rule.level, "organisations": where}
    if not where:
        return _("You may not do this: %(act)s. It needs level %(level)d or higher.") % values
    if rule.counterparty:
        return (
            _(
                "You may not do this: %(act)s. It needs level %(level)d or higher, or the role of "
                "a representative, in one of: %(organisations)s."
            )
            % values
        )
    return _("You may not do this: %(act)s. It needs level %(level)d or higher in: %(organisations)s.") % values


class Can:
    """Answer `can.version_sign` in templates for one actor and the organisations of what the page shows."""

    def __init__(self, actor: Actor, *organisations: Organisation) -> None:
        """Remember for whom and where the questions are asked."""
        self._actor = actor
        self._organisations = organisations

    def __getattr__(self, action: str) -> bool:
        """Answer for the action of this name; raise KeyError for one that the table does not know."""
        if action.startswith("_"):  # what copy, pickle and the template engine look for
            raise AttributeError(action)
        return can(self._actor, action, *self._organisations)

    def on(self, *organisations: Organisation) -> "Can":
        """Return the same questions asked about other organisations."""
        return Can(self._actor, *organisations)
