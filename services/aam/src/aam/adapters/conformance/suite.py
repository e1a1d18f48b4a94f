"""The checks in order, and their outcomes as a table."""

from collections.abc import Callable, Mapping

from aam.adapters.conformance.reading_checks import (
    a_change_is_seen,
    a_deletion_is_seen,
    broken_states_are_refused_or_read_everything,
    reading_from_every_state_gives_exactly_the_rest,
    reading_from_the_end_gives_nothing,
    sequential_readings_are_equal,
    simultaneous_readings_are_equal,
    the_source_is_not_written,
)
from aam.adapters.conformance.settings_checks import (
    an_unknown_stream_is_refused,
    check_fails_clearly_when_a_setting_is_wrong,
    check_succeeds,
    secrets_are_shown_nowhere,
    settings_are_split_so_that_no_secret_is_public,
    spec_is_a_json_schema_that_marks_its_secrets,
    wrong_settings_are_refused_by_name,
)
from aam.adapters.conformance.shape_checks import (
    discover_is_complete_and_stable,
    every_batch_has_the_declared_shape,
    every_record_is_read_exactly,
    the_key_is_never_null_and_never_twice,
)
from aam.adapters.conformance.subject import Subject

Check = Callable[[Subject], str]
"""Raises `AssertionError` when the connector fails; returns a few words on what was seen."""

CHECKS: tuple[Check, ...] = (
    spec_is_a_json_schema_that_marks_its_secrets,
    settings_are_split_so_that_no_secret_is_public,
    wrong_settings_are_refused_by_name,
    check_succeeds,
    check_fails_clearly_when_a_setting_is_wrong,
    secrets_are_shown_nowhere,
    discover_is_complete_and_stable,
    an_unknown_stream_is_refused,
    every_batch_has_the_declared_shape,
    every_record_is_read_exactly,
    the_key_is_never_null_and_never_twice,
    sequential_readings_are_equal,
    simultaneous_readings_are_equal,
    reading_from_every_state_gives_exactly_the_rest,
    broken_states_are_refused_or_read_everything,
    reading_from_the_end_gives_nothing,
    a_change_is_seen,
    a_deletion_is_seen,
    the_source_is_not_written,
)


def table(outcomes: Mapping[str, Mapping[str, str]]) -> str:
    """Outcomes by connector and check as a Markdown table, one connector a column."""
    names = sorted(outcomes)
    lines = [f"| check | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for check in CHECKS:
        told = [outcomes[name].get(check.__name__, "not run") for name in names]
        lines.append(f"| {check.__name__.replace('_', ' ')} | {' | '.join(told)} |")
    return "\n".join(lines)
