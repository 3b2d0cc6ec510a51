"""What people did in the demo's years: agreements signed, reviewed, amended; breaches explained; reports published."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from agreements.models import Agreement, Indicator, Objective, Side, Version
from agreements.services import (
    agreement_create,
    comment_write,
    note_write,
    objective_measure,
    version_draft,
    version_edit,
    version_propose,
    version_sign,
)
from governance.models import Review
from governance.services.review import review_conclude, review_hold, review_schedule
from monitoring.models import Breach, Fact
from monitoring.services.assessment import objective_assess
from monitoring.services.breach import breach_acknowledge, breach_close, breach_explain
from monitoring.services.difference import differences_follow
from reports.models import Report
from reports.services.report import report_compile, report_publish
from slmo.accounts.models import Organisation, User
from slmo.demo.customer import tills_load
from slmo.demo.provider import OFFERS, Offer, document_of
from slmo.notify.models import Message

STARTS, ENDS = "2020-07-01", "2024-01-01"
LAST_PUBLISHED = date(2023, 11, 1)  # December 2023 waits for the manager to publish it
CARRIED_UNTIL = datetime(2023, 10, 1, tzinfo=UTC)  # breaches of later periods wait for the operator


def instant(text: str) -> datetime:
    """Return nine o'clock UTC on a day."""
    return datetime.fromisoformat(text).replace(hour=9, tzinfo=UTC)


def customer_of(offer: Offer, people: Mapping[str, User]) -> User:
    """Return the representative who signs for an offer's customer."""
    return people["customer@baltic.example" if offer.customer == "baltic-retail" else "customer@hudson.example"]


def version_conclude(version: Version, people: Mapping[str, User], customer: User, when: datetime) -> None:
    """Let the manager propose a draft, and the executive and the customer sign it."""
    version_propose(version=version, actor=people["manager@northlight.example"], now=when)
    when += timedelta(days=2)
    version_sign(version=version, side="provider", actor=people["executive@northlight.example"], now=when)
    when += timedelta(days=1)
    version_sign(version=version, side="customer", actor=customer, now=when)


@transaction.atomic
def agreement_load(
    offer: Offer, indicator: Indicator, parties: Mapping[str, Organisation], people: Mapping[str, User]
) -> Agreement:
    """Create one customer agreement, signed by both sides in June 2020; return it."""
    document = document_of(offer, STARTS, ENDS)
    slug = document["metadata"]["name"]
    found = Agreement.objects.filter(slug=slug).first()
    if found:
        return found
    manager, when = people["manager@northlight.example"], instant("2020-06-15")
    agreement = agreement_create(
        slug=slug,
        title=offer.title,
        type="SLA",
        service=indicator.service,
        provider=parties["northlight-it"],
        customer=parties[offer.customer],
        timezone=offer.zone,
        document=document,
        note="",
        actor=manager,
        now=when,
    )
    version_conclude(agreement.versions.get(), people, customer_of(offer, people), when)
    kinds = {one["name"]: one["indicator"] for one in document["spec"]["objectives"]}
    tickets = indicator.service.indicators.filter(kind="tasks").first()
    for objective in agreement.objectives.all():
        measure = tickets if kinds[objective.name] == "tasks" else indicator
        objective_measure(objective=objective, indicator=measure, actor=manager, now=when)
    return agreement


@transaction.atomic
def review_payments(agreement: Agreement, people: Mapping[str, User]) -> None:
    """Let a review of two good years end in an amendment: payments promise 99.95 % from July 2022."""
    if agreement.reviews.exists():
        return
    offer = next(one for one in OFFERS if one.slug == "payments")
    manager = people["manager@northlight.example"]
    review = review_schedule(
        agreement=agreement,
        covers_from=date(2020, 7, 1),
        covers_until=date(2022, 6, 1),
        due_at=instant("2022-06-08"),
        agenda="Results since July 2020. The web shop asks for a stricter level before the holiday season.",
        actor=manager,
        now=instant("2022-05-20"),
    )
    review_hold(
        review=review,
        minutes="Both sides went through every month. The customer's web shop loses orders when payments fail for "
        "longer than twenty minutes a month; the provider can carry 99.95 % with the database in two zones.",
        actor=manager,
        now=instant("2022-06-08"),
    )
    review = review_conclude(
        review=review,
        decision="amend",
        reasons="The customer needs a stricter level and the record shows that it can be kept in most months.",
        effective_from=date(2022, 7, 1),
        actor=manager,
        now=instant("2022-06-09"),
    )
    amended = document_of(
        offer,
        "2022-07-01",
        ENDS,
        target=">= 99.95%",
        credits=offer.terms["credits"]
        | {
            "tiers": [
                {"below": "99.95%", "percent": 10},
                {"below": "99%", "percent": 25},
                {"below": "95%", "percent": 50},
            ]
        },
    )
    draft = review.draft
    if draft is None:
        raise RuntimeError("The review decided to amend, but opened no draft.")
    version_edit(
        version=draft,
        document=amended,
        note="Stricter target after the review of June 2022.",
        expected_changed_at=draft.changed_at,
        actor=manager,
        now=instant("2022-06-10"),
    )
    draft.refresh_from_db()
    version_conclude(draft, people, customer_of(offer, people), instant("2022-06-13"))


def agreements_load(
    indicators: Mapping[str, Indicator], parties: Mapping[str, Organisation], people: Mapping[str, User]
) -> dict[str, Agreement]:
    """Create all customer agreements with their history; return them by the service's short name."""
    made = {offer.slug: agreement_load(offer, indicators[offer.slug], parties, people) for offer in OFFERS}
    tills_load(made["payments"], people["manager@northlight.example"])
    review_payments(made["payments"], people)
    return made


def objectives_assess(now: datetime) -> Iterator[Objective]:
    """Assess every measured objective on all recorded facts; yield each when it is done."""
    for objective in Objective.objects.filter(indicator__isnull=False).select_related("agreement"):
        objective_assess(objective_id=objective.pk, now=now)
        differences_follow(objective_id=objective.pk, now=now)
        yield objective


def incidents_of(breach: Breach) -> str:
    """Name the recorded incidents behind a breach, as its explanation does."""
    facts = Fact.objects.filter(
        indicator=breach.objective.indicator_id,
        superseded_at__isnull=True,
        start__lt=breach.period_end,
        end__gt=breach.period_start,
        state__in=[1, 2],
    )
    names = dict.fromkeys(facts.order_by("start").values_list("reference", flat=True))
    return ", ".join(list(names)[:8])


def breaches_carry(people: Mapping[str, User], now: datetime) -> Iterator[Breach]:
    """Acknowledge, explain and close what broke before October 2023, all on the day of the import; yield each."""
    operator, owner = people["operator@northlight.example"], people["owner@northlight.example"]
    for breach in Breach.objects.filter(state="open", period_end__lte=CARRIED_UNTIL).select_related("objective"):
        explanation = f"The supplier's public record names these incidents in the period: {incidents_of(breach)}."
        outcome = "Found when the record of past years was imported; the incidents are over."
        breach_acknowledge(breach=breach, actor=operator, now=now)
        breach_explain(breach=breach, cause="supplier", explanation=explanation, actor=owner, now=now)
        breach_close(breach=breach, outcome=outcome, actor=owner, now=now)
        yield breach


def months() -> list[date]:
    """Return the first days of the months that the demo reports on."""
    return [date(2023, month, 1) for month in range(1, 13)]


def reports_load(parties: Mapping[str, Organisation], people: Mapping[str, User], now: datetime) -> Iterator[Report]:
    """Publish the month reports of each customer, and leave the last one as a draft; yield each."""
    manager, provider = people["manager@northlight.example"], parties["northlight-it"]
    for customer in (parties["baltic-retail"], parties["hudson-insurance"]):
        for month in months():
            if Report.objects.filter(month=month, provider=provider, customer=customer).exists():
                continue
            report = report_compile(month=month, provider=provider, customer=customer, actor=manager, now=now)
            if month <= LAST_PUBLISHED:
                report_publish(report=report, actor=manager, now=now)
            yield report


def renewals_load(agreements: Mapping[str, Agreement], people: Mapping[str, User], now: datetime) -> None:
    """Leave work for whoever logs in: a review that is due soon, and a renewal that waits for the customer."""
    manager = people["manager@northlight.example"]
    for slug, days in (("payments", 9), ("claims", 23)):
        if not Review.objects.filter(agreement=agreements[slug], state="planned").exists():
            review_schedule(
                agreement=agreements[slug],
                covers_from=date(2023, 1, 1),
                covers_until=date(2024, 1, 1),
                due_at=(now + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0),
                agenda="Results of 2023, and whether to renew.",
                actor=manager,
                now=now,
            )


def news_settle(now: datetime) -> None:
    """Send nobody a letter about what happened years ago: the history's news counts as delivered."""
    Message.objects.filter(routed_at__isnull=True).update(routed_at=now)


def report_count() -> int:
    """Return how many month reports `reports_load` makes."""
    return 2 * len(months())


def breach_count() -> int:
    """Return how many breaches `breaches_carry` still has to carry."""
    return Breach.objects.filter(state="open", period_end__lte=CARRIED_UNTIL).count()


def objective_count() -> int:
    """Return how many objectives are measured."""
    return Objective.objects.filter(indicator__isnull=False).count()


def history_complete() -> bool:
    """Tell whether the last stage of the demo's history has run: the renewal that waits for the customer."""
    return Version.objects.filter(agreement__slug="sla-order-desk-baltic-retail", number__gt=1).exists()


@transaction.atomic
def renewal_propose(agreement: Agreement, people: Mapping[str, User], now: datetime) -> None:
    """Propose to go on with the order desk from next month, with a stricter target: the customer has the next move."""
    if agreement.versions.filter(number__gt=1).exists():
        return
    offer = next(one for one in OFFERS if one.slug == "order-desk")
    first = (now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    version = version_draft(
        agreement=agreement,
        document=document_of(
            offer, first.isoformat(), first.replace(year=first.year + 1).isoformat(), target=">= 98.5%"
        ),
        effective_from=first,
        note="Renewal for one year; a stricter target, since the database now runs in two zones.",
        actor=people["manager@northlight.example"],
        now=now,
    )
    version = version_propose(version=version, actor=people["manager@northlight.example"], now=now)
    renewal_discuss(version, people, now)


def renewal_discuss(version: Version, people: Mapping[str, User], now: datetime) -> None:
    """Let the customer ask about the target, the provider answer, and each keep a note to itself."""
    manager, customer = people["manager@northlight.example"], people["customer@baltic.example"]
    said: dict[str, Any] = {"version": version, "clause": "objective.availability", "now": now}
    thread = comment_write(
        **said, side=Side.CUSTOMER, actor=customer,
        text="Our shops open at six from spring on. Could the promise also hold in the early hours?",
    )  # fmt: skip
    comment_write(
        **said, side=Side.PROVIDER, actor=manager, thread=thread,
        text="The supplier supports us from eight on. We can offer 98.5 % in the present hours, or 98 % from six.",
    )  # fmt: skip
    note_write(**said, side=Side.PROVIDER, actor=manager, text="99 % is out of reach while one supplier carries it.")
    note_write(**said, side=Side.CUSTOMER, actor=customer, text="98.5 % from six would be enough for the shops.")
