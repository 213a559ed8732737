"""What people complain about elsewhere when they are warned, and the tests that show our answer."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from app.alerting.alert_rules.checking import faults_of
from app.alerting.alert_rules.schemas import AlertRuleContent
from ingest.alerting.definition import RuleOperator
from tests.make.alerts import AlertScript, tell, wait_for_log
from tests.make.channels import make_webhook
from tests.make.fleet import make_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at, by_key, send
from tests.make.receivers import hanging, receiver
from tests.make.workers import wait_until

HERE = Path(__file__).parent
GUIDE = HERE.parent.parent / "docs" / "alerting.md"

OUTAGE = (
    "test_engine_cases:"
    "test_what_an_outage_kept_back_is_found_at_its_own_times_and_told_in_their_order"
)
NEW_BROKER = (
    "test_connections:test_a_device_that_does_not_come_back_to_a_new_broker_fires_after_its_grace"
)
# Each with the modules and tests that answer it.
ANSWERS: dict[str, tuple[str, ...]] = {
    "1 what was filled in later is told as if it were now": (
        "test_policy:test_what_is_told_and_why_not",
        OUTAGE,
    ),
    "2 what was wrong while the link was down is never found": (OUTAGE,),
    "3 hours that are sent at once are many mails, in no order, without times": (
        OUTAGE,
        "test_policy:test_the_first_of_a_group_waits_and_the_others_go_with_it",
        "test_formats:test_one_alert_is_told_with_its_place_value_and_event_times",
    ),
    "4 the server's time and the data's are mixed: it lasted 0 seconds": (
        "test_engine_cases:test_each_change_is_told_once_in_order_at_its_own_time",
        "test_alert_handling:test_an_alert_tells_its_episode_and_what_is_behind_it",
    ),
    "5 a schedule opens while the value is bad, and nothing fires": (
        "test_engine_cases:test_an_edge_of_the_schedule_before_the_next_reading_is_not_passed_over",
    ),
    "6 after a restart durations begin anew, or everything fires again": (
        "test_race:test_nothing_that_is_killed_or_late_leaves_an_alert_that_is_not_the_definitions",
    ),
    "7 after a restart of the server all devices are told to be offline": (
        "test_connections:test_the_restart_of_a_broker_fires_nothing_for_devices_that_come_back",
        NEW_BROKER,
    ),
    "8 a reading in the moment of silence, and the alarm never ends": (
        "test_engine_cases:test_a_reading_at_the_very_moment_of_silence_comes_before_it",
        "test_engine_cases:test_two_transactions_at_the_same_moment_decide_one_after_the_other",
    ),
    "9 a series that disappears resolves its alert": (
        "test_engine_cases:test_silence_does_not_end_an_alert_of_values",
    ),
    "10 silence has no time of its own, and flaps": (
        "test_engine_cases:test_a_silence_that_ends_before_the_next_tick_is_found",
        "test_rule_summaries:test_silence_of_several_levels_is_told_by_how_long_it_lasts",
    ),
    "11 what comes minutes late never fires": (
        "test_engine:test_the_database_agrees_with_the_definition_in_any_order_of_arrival",
    ),
    "12 a duration never passes where some points are missing": (
        "test_engine_cases:test_a_duration_passes_without_any_reading_in_it",
    ),
    "13 evaluations that are left out make it flap": (
        "test_engine_cases:test_the_clock_does_not_move_past_a_window_that_was_not_read",
        "test_engine_cases:test_a_silence_that_ends_before_the_next_tick_is_found",
    ),
    "14 no hysteresis, no way down the levels, no OR": (
        "test_machine:test_the_machine_agrees_with_the_definition",
        "test_alert_handling:test_a_rise_in_severity_asks_for_attention_again",
    ),
    "15 an alarm of an event doesn't end when it doesn't come again": (
        "test_engine_cases:test_a_change_is_over_when_it_does_not_come_again",
    ),
    "16 cleared by a person while it holds, and never raised again": (
        "test_alert_handling:test_what_still_holds_opens_again_unless_it_may_not",
    ),
    "17 it isn't told again while it is open": (
        "test_notifications:test_what_repeats_comes_again_and_again_until_it_ends",
    ),
    "18 a rule can't be tried on what was": (
        "test_backtests:test_a_rule_that_is_not_there_is_tested_and_is_still_not_there",
        "test_backtests:test_a_change_is_compared_with_what_is_in_force",
    ),
    "19 grouping that nobody understands; ends told often or never": (
        "test_notifications:test_a_thousand_at_once_are_one_message",
        "test_notifications:test_what_is_not_sent_says_why",
    ),
    "20 what flaps is told each time": ("test_notifications:test_what_flaps_is_told_once",),
    "21 a receiver that hangs blocks all the rest": (
        "test_complaints:test_a_receiver_that_hangs_keeps_no_reading_and_no_other_channel_waiting",
    ),
    "22 the engine behind one's alarms is gone": (
        "test_complaints:test_each_comparison_of_an_alarm_model_is_a_rule",
    ),
}


def test_each_complaint_is_answered_by_tests_that_are_there() -> None:
    numbers = [int(complaint.split()[0]) for complaint in ANSWERS]
    assert numbers == list(range(1, 23))
    there = {
        f"{path.stem}:{node.name}"
        for path in HERE.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for complaint, tests in ANSWERS.items():
        assert tests, complaint
        assert set(tests) <= there, complaint


# ---- 21 ------------------------------------------------------------------------------------------


async def test_a_receiver_that_hangs_keeps_no_reading_and_no_other_channel_waiting(
    loose: RunningPlatform, tenant: Organization
) -> None:
    device_id = make_device(tenant, "room")
    with receiver(hanging()) as hangs, receiver() as answers:
        slow = make_webhook(tenant, hangs.url())
        quick = make_webhook(tenant, answers.url())
        await tell(loose, [AlertScript(tenant, slow["id"]).change("FIRED")])
        wait_until(lambda: hangs.received, "the receiver has it, and says nothing")
        await tell(loose, [AlertScript(tenant, quick["id"]).change("FIRED")])
        wait_for_log(tenant, quick, ("FIRED", "SENT", None))
        assert send(tenant, [by_key(device_id, "t", at(0), 20.0)])["accepted"] == 1
        wait_for_log(tenant, slow, ("FIRED", "PENDING", None))


# ---- 22 ------------------------------------------------------------------------------------------


def comparisons() -> dict[str, str]:
    """What the guide says of an alarm model's operators."""
    text = GUIDE.read_text().split("## Coming from AWS IoT SiteWise")[1]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    words = {row[0].strip("`"): row[1].strip("`") for row in rows}
    return {there: here for there, here in words.items() if here in get_args(RuleOperator)}


def test_the_guide_maps_each_comparison_of_an_alarm_model() -> None:
    assert set(comparisons()) == {
        *("GREATER", "GREATER_OR_EQUAL", "LESS", "LESS_OR_EQUAL", "EQUAL", "NOT_EQUAL")
    }


@pytest.mark.parametrize("operator", comparisons().values())
def test_each_comparison_of_an_alarm_model_is_a_rule(operator: str) -> None:
    rule = {
        "name": "was an alarm model",
        "target": {"type": "SENSOR_PROFILE", "name": "pump"},
        "field": "pressure",
        "condition": {"operator": operator, "value": 8.5},
        "levels": [{"severity": "CRITICAL"}],
        "autoResolve": False,
        "enabled": False,
    }
    assert faults_of(msgspec.convert(rule, AlertRuleContent)) == []
