"""What judges a rule, as pages and trials know it: a mechanism of the catalogue, or what a rule without code became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mingcha.catalogue.defined import entry_of, examples_of_definition
from mingcha.catalogue.document import Block, LaidOut, Part
from mingcha.catalogue.entries import check_settings, entries_of
from mingcha.catalogue.example import Example
from mingcha.catalogue.example_tables import Telling, laid_out
from mingcha.catalogue.examples import examples_of, written_examples
from mingcha.catalogue.pages import fault_of, page_parts, sections_of
from mingcha.catalogue.setting_forms import SettingView, setting_views
from mingcha.catalogue.spelled import Spelled, read_spelled, spelled
from mingcha.knowledge.definition.model import RuleDefinition
from mingcha.knowledge.entry import Entry
from mingcha.rules.base import Rule
from mingcha.rules.defined import defined_rule
from mingcha.rules.period import PeriodRule
from mingcha.rules.registry import RULES


@dataclass(frozen=True)
class Mechanism:
    """A way to judge, with its page and its examples.

    Args:
        definition: of the rule without code that it belongs to, None for those of the catalogue.
    """

    rule: type[Rule[Any]]
    definition: RuleDefinition | None = None

    @property
    def kind(self) -> str:
        """The kind of knowledge point that it reads, "" for none."""
        return self.rule.knowledge.slug if self.rule.knowledge else ""

    @property
    def over_periods(self) -> bool:
        """Whether it compares institutions over a period, instead of judging bills."""
        return issubclass(self.rule, PeriodRule)

    @property
    def entries(self) -> Sequence[Entry]:
        """The rules that it judges."""
        return entries_of(self.rule.slug) if self.definition is None else [entry_of(self.definition)]

    @property
    def fault(self) -> str:
        """What is wrong, in a sentence."""
        return fault_of(self._sections)

    @property
    def _sections(self) -> Mapping[str, str]:
        return sections_of(self.rule.slug) if self.definition is None else self.definition.sections

    def parts(self, telling: Telling) -> tuple[Part, ...]:
        """Its page without the examples."""
        return page_parts(self.rule, self._sections, self.entries, self.examples, telling)

    def settings(self, by_region: Mapping[str, Mapping[str, Any]]) -> list[SettingView]:
        """Its parameters, with what a release says of them."""
        return setting_views(self.rule, by_region)

    def check_settings(self, values: Mapping[str, Any]) -> None:
        """Refuse parameters that it does not have or take.

        Raises:
            DeclarationError: as `entries.check_settings`.
        """
        check_settings(self.rule, values)

    @cached_property
    def written(self) -> Mapping[str, Any]:
        """Its examples as they are written."""
        if self.definition is None:
            return written_examples(self.rule.slug)
        return {**self.definition.examples, "code": self.definition.code}

    @cached_property
    def examples(self) -> Sequence[Example]:
        """Its examples."""
        return (
            examples_of(self.rule.slug)
            if self.definition is None
            else examples_of_definition(self.definition)
        )

    def spelled(self, number: int) -> Spelled:
        """One of its examples, counted from 1, written out."""
        return spelled(self.written, self.written["cases"][number - 1])

    def read(self, case: Spelled) -> Example:
        """An example that was written out.

        Raises:
            InputError: something in it cannot be read.
        """
        own = self.definition.points if self.definition else ()
        return read_spelled(self.rule, self.written.get("code", ""), case, own)

    def laid_out(
        self, examples: Sequence[Example], telling: Telling
    ) -> tuple[tuple[Block, ...], tuple[LaidOut, ...]]:
        """Examples as people read them."""
        return laid_out(self.rule, examples, telling)


def mechanism(slug: str) -> Mechanism:
    """A mechanism of the catalogue."""
    return Mechanism(RULES[slug])


def mechanism_of(definition: RuleDefinition) -> Mechanism:
    """What a rule without code becomes.

    Raises:
        InputError: it cannot be made into a rule.
    """
    return Mechanism(defined_rule(definition), definition)
