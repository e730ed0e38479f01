"""The study as typed settings: what is asked, of whom, and what counts.

Every field carries its meaning, its default and its unit; the JSON Schema and the reference page
are made from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from righthelp.protocol.calendar import add_months, parse_month
from righthelp.protocol.categories import name_category
from righthelp.protocol.consultation_settings import Consultation, Cost
from righthelp.protocol.outcomes import Outcomes
from righthelp.protocol.reasons import Codelists
from righthelp.protocol.records import MODES, ROLES, STATUSES
from righthelp.protocol.routes import RECORD_ROUTES, ROUTES_SAY, Route
from righthelp.protocol.section import Section
from righthelp.protocol.site_id import SiteId, is_free_id
from righthelp.protocol.support_settings import SupportSettings

LONGEST_LAG_MONTHS = 6  # that the visit which led to the link worker may lie before the index
Role = Literal["gp", "nurse", "other_direct_care", "admin", "unknown"]
Mode = Literal["face_to_face", "telephone", "video", "home_visit", "written", "unknown"]
Status = Literal[
    "attended",
    "did_not_attend",
    "cancelled",
    "booked",
    "arrived",
    "in_progress",
    "waiting",
    "walked_out",
    "no_access",
    "unknown",
]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class About(Section):
    """What the study is called and what it asks."""

    title: str = Field(min_length=1, description="Title of the study, as the report shows it.")
    question: str = Field(
        default="After people saw a social prescribing link worker, what changed in how often "
        "they saw a GP?",
        description="The question in one plain sentence.",
    )
    outcome: str = Field(
        default="GP contacts",
        description="What the counted contacts are called in the report.",
    )
    theory: Path | None = Field(
        default=None,
        description="File that says how the scheme might work (TOML), from the study file; the "
        "default is the theory that ships with righthelp. The report alone reads it.",
    )


class Index(Section):
    """The moment from which before and after are counted."""

    anchor: Literal["month", "date"] = Field(
        default="month",
        description="`month`: everybody the link worker saw in the site's index month; the month "
        "belongs to neither window. `date`: each person's first contact between index_from and "
        "index_to; the day belongs to neither window.",
    )
    who: Literal["new", "all"] = Field(
        default="new",
        description="Whom the adjusted estimates describe first. `new`: people whose first contact "
        "with the link worker this was. `all`: also people already under the link worker, whose "
        "before is treated time; that estimate is described only, and the adjusted estimates are "
        "still made for new people.",
    )
    index_from: date | None = Field(
        default=None, description="First index day, for anchor = date. Unit: date."
    )
    index_to: date | None = Field(
        default=None, description="Day after the last index day, for anchor = date. Unit: date."
    )

    @model_validator(mode="after")
    def _range(self) -> Index:
        if self.anchor == "date":
            if self.index_from is None or self.index_to is None:
                raise ValueError("anchor = 'date' needs index_from and index_to")
            if self.index_from >= self.index_to:
                raise ValueError("index_from must lie before index_to")
        return self


class Windows(Section):
    """How long before and after the index contacts are counted."""

    before_months: int = Field(
        default=6, ge=1, le=24, description="Length of the before window. Unit: calendar months."
    )
    after_months: int = Field(
        default=6, ge=1, le=24, description="Length of the after window. Unit: calendar months."
    )
    washout_days: int = Field(
        default=0,
        ge=0,
        le=182,
        description="Days after the index left out of the after window, which starts later and "
        "keeps its length. Unit: days.",
    )
    history_months: int = Field(
        default=12,
        ge=6,
        le=36,
        description="How far back the course by month and the history bands go. "
        "Unit: calendar months.",
    )


class Contacts(Section):
    """Which appointments count as a contact. Link worker contacts never count."""

    roles: tuple[Role, ...] = Field(
        default=("gp",), min_length=1, description="Who the contact was with."
    )
    modes: tuple[Mode, ...] = Field(
        default=MODES,  # type: ignore[arg-type]
        min_length=1,
        description="How it was held; the default is every mode.",
    )
    statuses: tuple[Status, ...] = Field(
        default=("attended",),
        min_length=1,
        description="What became of the appointment; the default counts attended only.",
    )
    categories: tuple[str, ...] = Field(
        default=(),
        description="National slot categories that count; empty means every category. Case and "
        "blanks do not matter; a category of the sites' own is taken as it is written.",
    )
    same_day: Literal["one", "all"] = Field(
        default="one",
        description="`one`: at most one contact a person a day. `all`: every appointment.",
    )
    if_role_missing: Literal["refuse", "all_staff_marked"] = Field(
        default="refuse",
        description="What to do with a site whose records do not say who the contact was with: "
        "refuse it, or count all staff and mark every result of the site so.",
    )

    @field_validator("categories")
    @classmethod
    def _national(cls, categories: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name_category(category) for category in categories)


class Reference(Section):
    """The registered people, not referred, from whom the expected course is learned."""

    per_seen: int = Field(
        default=20,
        ge=1,
        le=100,
        description="Reference visits drawn for each new person seen, on average. Unit: visits.",
    )
    lag_days: int = Field(
        default=30,
        ge=0,
        le=365,
        description="Days from referral to first link worker contact, where a site has no "
        "referral dates. Unit: days.",
    )
    age_bands: tuple[int, ...] = Field(
        default=(40, 65, 80),
        description="Ages at which a new band begins, for strata of age and sex. Unit: years.",
    )
    also: tuple[Literal["declined", "waiting"], ...] = Field(
        default=(),
        description="Further people to compare with, where the site records referrals, for "
        "anchor = date. `declined`: referred, and declined. `waiting`: referred, and not yet seen "
        "at the end of the after window. Each is shown beside the others.",
    )
    seed: int = Field(
        default=1, ge=0, le=2**31 - 1, description="Seed of the order in which people are drawn."
    )

    @field_validator("age_bands")
    @classmethod
    def _rising(cls, ages: tuple[int, ...]) -> tuple[int, ...]:
        if not are_ages(ages):
            raise ValueError("ages must rise from above 0 to below 200")
        return ages


class Matching(Section):
    """Comparators for each new person: reference visits with the same past."""

    per_person: int = Field(
        default=5, ge=1, le=20, description="Comparators for each new person. Unit: people."
    )
    at_least: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Fewer than so many people alike, and a coarser likeness is tried; at most "
        "per_person. Unit: people.",
    )
    control_roles: tuple[Role, ...] = Field(
        default=(),
        description="Staff whose contacts the link worker cannot change, if there are any: a check "
        "that matched people are alike in those after the index too (negative control).",
    )


def are_ages(ages: Sequence[object]) -> bool:
    """Whether these are whole ages, each above the one before, from above 0 to below 200."""
    whole = [age for age in ages if isinstance(age, int)]
    return len(whole) == len(ages) and all(young < old for young, old in pairwise((0, *whole, 200)))


class Disclosure(Section):
    """What may leave a site."""

    policy: Literal["default", "sacro10"] = Field(
        default="default",
        description="`default`: counts of people up to 7 withheld, the rest rounded to 5. "
        "`sacro10`: counts of people below 10 withheld, the rest rounded to 5.",
    )


class Site(Section):
    """One site: one return, of one or more practices."""

    id: SiteId = Field(description="Short name used in file names; lower case, no blanks.")
    name: str = Field(default="", description="Name in the report; the default is the id.")
    route: Route = Field(description=f"How the site supplies data. {ROUTES_SAY}")
    path: Path = Field(description="Folder or file with the site's data, from the study file.")
    map: Path | None = Field(
        default=None, description="Column map of the site (TOML), from the study file."
    )
    whole_list: bool = Field(
        default=False,
        description="For the counts route: the sheet holds everybody registered, not only a "
        "sample of reference people. Only then can the practice's own rates be learned from it.",
    )
    population: Path | None = Field(
        default=None,
        description="Summary form with a `population` row, for a site without reference people.",
    )
    practices: tuple[str, ...] = Field(
        default=(), description="Practices of the site; empty means every practice in the data."
    )
    system: str = Field(
        default="", description="Clinical system, for the account of the sites that were asked."
    )
    list_size: int | None = Field(
        default=None, ge=1, description="Registered people, for the same account. Unit: people."
    )
    imd_decile: float | None = Field(
        default=None,
        ge=1,
        le=10,
        description="Mean deprivation decile, 1 the most deprived, for the same account.",
    )
    index_month: Month | None = Field(
        default=None, description="Index month, for anchor = month. Unit: YYYY-MM."
    )
    extract_from: date | None = Field(
        default=None, description="First day that the extract covers; needed for csv. Unit: date."
    )
    extract_to: date | None = Field(
        default=None,
        description="Day after the last day that the extract covers; needed for csv. Unit: date.",
    )

    @property
    def label(self) -> str:
        return self.name or self.id

    @property
    def has_records(self) -> bool:
        """Whether the site supplies records, not counts or means."""
        return self.route in RECORD_ROUTES

    @model_validator(mode="after")
    def _extract(self) -> Site:
        if self.has_records:
            if self.extract_from is None or self.extract_to is None:
                raise ValueError(f"route = '{self.route}' needs extract_from and extract_to")
            if self.extract_from >= self.extract_to:
                raise ValueError("extract_from must lie before extract_to")
        return self

    @field_validator("id")
    @classmethod
    def _free(cls, name: str) -> str:
        if not is_free_id(name):
            raise ValueError(f"{name} means something else in a report")
        return name


class Study(Section):
    """A study: its question, its rules and its sites."""

    study: About = Field(description="Title and question.")
    index: Index = Field(default=Index(), description="The moment counted from.")
    windows: Windows = Field(default=Windows(), description="Before and after.")
    contacts: Contacts = Field(default=Contacts(), description="What counts as a contact.")
    reference: Reference = Field(default=Reference(), description="People for comparison.")
    matching: Matching = Field(default=Matching(), description="Matched comparators.")
    codelists: Codelists = Field(default=Codelists(), description="Codes and their meaning.")
    outcomes: Outcomes = Field(default=Outcomes(), description="What people said of themselves.")
    support: SupportSettings = Field(default=SupportSettings(), description="Help and its time.")
    consultation: Consultation = Field(
        default=Consultation(), description="The consultation itself."
    )
    cost: Cost = Field(default=Cost(), description="What contacts cost, for the report alone.")
    disclosure: Disclosure = Field(default=Disclosure(), description="What may leave a site.")
    site: tuple[Site, ...] = Field(min_length=1, description="The sites, one table each.")

    @model_validator(mode="after")
    def _sites(self) -> Study:
        ids = [site.id for site in self.site]
        doubled = sorted({name for name in ids if ids.count(name) > 1})
        if doubled:
            raise ValueError(f"site ids must differ; doubled: {', '.join(doubled)}")
        return self

    @model_validator(mode="after")
    def _also(self) -> Study:
        if self.reference.also and self.index.anchor != "date":
            raise ValueError(
                "also of reference needs anchor = 'date': in a single month too few people "
                "decline or wait"
            )
        return self

    @model_validator(mode="after")
    def _control(self) -> Study:
        both = sorted(set(self.matching.control_roles) & set(self.contacts.roles))
        if both:
            raise ValueError(
                f"control_roles of matching must not be counted as contacts: {', '.join(both)}"
            )
        return self

    def find_site(self, site_id: str) -> Site | None:
        """The site with this id, or None."""
        return next((site for site in self.site if site.id == site_id), None)

    def index_range(self, site: Site) -> tuple[date, date]:
        """First index day and the day after the last one, for a site."""
        if self.index.anchor == "month":
            assert site.index_month is not None
            first = parse_month(site.index_month)
            return first, add_months(first, 1)
        assert self.index.index_from is not None and self.index.index_to is not None
        return self.index.index_from, self.index.index_to

    def digest(self) -> str:
        """SHA-256 of the rules that every site shares.

        Title, question, theory, prices and sites change nothing, nor where codelists or a value set
        lie; what the lists mean and the version of the set do.
        """
        beside = {"value_set": {"__all__": {"path"}}}
        rules = self.model_dump(
            mode="json",
            exclude={
                "site": True,
                "cost": True,
                "study": {"title", "question", "theory"},
                "codelists": {"folder"},
                "outcomes": beside,
            },
        )
        text = json.dumps(rules, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def days_needed(self, site: Site) -> tuple[date, date]:
        """The days an extract must cover for every window to be complete."""
        first, last = self.index_range(site)
        start = add_months(first, -max(self.windows.before_months, self.windows.history_months))
        end = add_months(last, self.windows.after_months) + timedelta(self.windows.washout_days)
        return start, end

    def days_wanted(self, site: Site) -> tuple[date, date]:
        """The days an extract should cover: the past of the visit that led to a referral too."""
        start, end = self.days_needed(site)
        past = self.windows.history_months + LONGEST_LAG_MONTHS + 1
        return min(start, add_months(self.index_range(site)[0], -past)), end


assert set(ROLES) >= {"gp", "link_worker"} and set(STATUSES) >= {"attended"}
