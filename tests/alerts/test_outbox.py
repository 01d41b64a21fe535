"""No alert is lost or told twice, whatever the receiver does and whenever the sender dies."""

import json
import multiprocessing
import os
import signal
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import pytest

from finops.alerts import outbox, webhook
from finops.alerts.messages import message_of
from finops.errors import NotDelivered
from finops.incidents import record as incidents
from finops.incidents.store import open_store
from tests.incidents.test_record import anomaly, frame, gone_back


def describe(incident, event):
    chart = {"first_day": "2026-10-01", "cost": [1.0, 2.0]}
    return message_of(incident, event, company="Test", currency="USD", chart=chart)


def see(project, *rows, channels=("webhook",), per_week=5):
    """Record rows and write the alerts; return how many wait."""
    incidents.record(project, frame(*rows))
    with open_store(project) as store:
        return outbox.write_alerts(store, list(channels), describe, per_week=per_week)


def written(project):
    with open_store(project) as store:
        rows = store.execute("select message from outbox order by number").fetchall()
    messages = [json.loads(row["message"]) for row in rows]
    return [(one["event"], one["incident"]["key"], one["incident"]["excess"]) for one in messages]


def pending(project):
    with open_store(project) as store:
        return store.execute("select count(*) from outbox where sent_at = ''").fetchone()[0]


def to(receiver):
    return {"webhook": partial(webhook.send, address=receiver.address, key="")}


def keys(receiver):
    return [one.headers["Idempotency-Key"] for one in receiver.got]


def test_an_incident_is_told_once_however_often_it_is_found(tmp_path):
    for _ in range(3):
        see(tmp_path, anomaly())
    assert written(tmp_path) == [("open", "search / EC2", 200.0)]


def test_each_channel_gets_a_message_of_its_own(tmp_path):
    see(tmp_path, anomaly(), channels=["slack", "webhook"])
    assert len(written(tmp_path)) == 2


def test_growth_is_told_when_the_money_doubles(tmp_path):
    see(tmp_path, anomaly())
    for excess in (399.0, 400.0, 500.0, 800.0):
        see(tmp_path, anomaly(excess=excess))
    assert [(event, excess) for event, _, excess in written(tmp_path)] == [
        ("open", 200.0),
        ("grew", 400.0),
        ("grew", 800.0),
    ]


def test_what_is_over_and_goes_on_again_is_told(tmp_path):
    see(tmp_path, anomaly())
    see(tmp_path, gone_back())
    see(tmp_path, anomaly(end="2026-10-20"))
    assert [event for event, _, _ in written(tmp_path)] == ["open", "resolved", "reopened"]


def test_what_became_the_new_normal_is_told_as_that_and_not_as_resolved(tmp_path):
    see(tmp_path, anomaly())
    for _ in range(2):
        see(tmp_path, anomaly(state="new normal", normal_on="2027-01-04"))
    see(tmp_path, gone_back())
    assert [event for event, _, _ in written(tmp_path)] == ["open", "new_normal", "resolved"]


def test_what_people_decide_is_told_once_and_mutes_what_was_meant(tmp_path):
    see(tmp_path, anomaly(), anomaly(key="ads / EC2", excess=90.0))
    search, ads = incidents.record(
        tmp_path,
        frame(anomaly(), anomaly(key="ads / EC2", excess=90.0)),
    )["id"]
    incidents.acknowledge(tmp_path, search, "load test")
    incidents.expect(tmp_path, ads)
    for excess in (200.0, 4000.0):
        see(tmp_path, anomaly(excess=excess), anomaly(key="ads / EC2", excess=excess))
    assert [(event, key) for event, key, _ in written(tmp_path)[2:]] == [
        ("acknowledged", "search / EC2"),
        ("expected", "ads / EC2"),
    ]


def test_incidents_that_were_over_when_first_seen_are_not_told(tmp_path):
    see(tmp_path, gone_back(), anomaly(key="ads / EC2", state="new normal"))
    assert written(tmp_path) == []


def test_a_team_gets_what_is_first_in_order_and_the_rest_when_a_week_has_passed(tmp_path):
    rows = [
        anomaly(key=f"search / {name}", excess=1.0, place=place)
        for place, name in zip((3, 2, 1), "abc", strict=True)
    ]
    rows.append(anomaly(key="ads / EC2", excess=-0.5, place=4))
    assert see(tmp_path, *rows, per_week=2) == 1
    assert [key for _, key, _ in written(tmp_path)] == ["search / c", "search / b", "ads / EC2"]
    assert see(tmp_path, *rows, per_week=2) == 1
    with open_store(tmp_path) as store:
        store.execute(
            "update incidents set first_told_at = '2026-10-01T00:00:00+00:00' where told <> ''"
        )
    assert see(tmp_path, *rows, per_week=2) == 0
    assert written(tmp_path)[3:] == [("open", "search / a", 1.0)]


@pytest.mark.parametrize("failure", [500, 503, 408, "cut", "hang up", "slow"])
def test_a_failure_that_may_pass_is_tried_again_with_the_same_id(
    tmp_path, receiver, waits, failure
):
    see(tmp_path, anomaly())
    receiver.script = [failure, failure]
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])
    assert waits == [1, 2]
    assert len(keys(receiver)) == 3
    assert len(set(keys(receiver))) == 1
    assert outbox.deliver(tmp_path, to(receiver)) == (0, [])


def test_a_success_whose_answer_is_cut_is_not_sent_again(tmp_path, receiver, waits):
    see(tmp_path, anomaly())
    receiver.script = ["cut after 200"]
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])
    assert len(receiver.got) == 1


def test_retry_after_is_waited_for_as_seconds_and_as_a_date(tmp_path, receiver, waits):
    see(tmp_path, anomaly())
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    receiver.script = [(429, {"Retry-After": "7"}, b""), (503, {"Retry-After": at}, b"")]
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])
    assert waits[0] == 7
    assert 25 < waits[1] <= 30


@pytest.mark.parametrize("nonsense", ["soon", "-5", "²"])
def test_a_wrong_retry_after_changes_nothing(tmp_path, receiver, waits, nonsense):
    see(tmp_path, anomaly())
    receiver.script = [(429, {"Retry-After": nonsense}, b"")]
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])
    assert waits == [1]


def test_a_long_retry_after_is_left_to_the_next_run(tmp_path, receiver, waits):
    see(tmp_path, anomaly())
    receiver.script = [(429, {"Retry-After": "3600"}, b"")]
    assert outbox.deliver(tmp_path, to(receiver)) == (0, ["webhook: it answered 429"])
    assert waits == []
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])


def test_a_receiver_that_is_down_gets_everything_in_order_the_next_time(tmp_path, receiver, waits):
    see(tmp_path, anomaly(), anomaly(key="ads / EC2"))
    receiver.script = [500] * 5
    assert outbox.deliver(tmp_path, to(receiver)) == (0, ["webhook: it answered 500"])
    assert (waits, pending(tmp_path)) == ([1, 2, 4, 8], 2)
    see(tmp_path, gone_back(), gone_back(key="ads / EC2"))
    receiver.got.clear()
    assert outbox.deliver(tmp_path, to(receiver)) == (4, [])
    assert [json.loads(one.body)["event"] for one in receiver.got] == [
        *["open", "open"],
        *["resolved", "resolved"],
    ]


def test_a_refused_message_is_kept_and_holds_up_no_other_incident(tmp_path, receiver, waits):
    see(tmp_path, anomaly(), anomaly(key="ads / EC2", excess=1.0))
    receiver.script = [(400, {}, b"invalid_blocks")]
    assert outbox.deliver(tmp_path, to(receiver)) == (
        1,
        ["webhook: it answered 400 (invalid_blocks)"],
    )
    assert (waits, pending(tmp_path)) == ([], 1)
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])


def test_a_channel_that_is_down_holds_up_no_other_channel(tmp_path, receiver, waits):
    def down(message):
        raise NotDelivered("the connection failed", again=True)

    see(tmp_path, anomaly(), channels=["slack", "webhook"])
    channels = {"slack": down, **to(receiver)}
    assert outbox.deliver(tmp_path, channels) == (1, ["slack: the connection failed"])
    assert pending(tmp_path) == 1


def _in_a_process(deliver, *arguments):
    victim = multiprocessing.get_context("fork").Process(target=deliver, args=arguments)
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL


def test_a_sender_that_is_killed_before_it_sends_sends_the_next_time(tmp_path, receiver, waits):
    def die(message):
        os.kill(os.getpid(), signal.SIGKILL)

    see(tmp_path, anomaly())
    _in_a_process(outbox.deliver, tmp_path, {"webhook": die})
    assert outbox.deliver(tmp_path, to(receiver)) == (1, [])
    assert len(receiver.got) == 1


def test_a_sender_that_is_killed_after_it_sent_sends_again_with_the_same_id(
    tmp_path, receiver, waits
):
    def send_and_die(message):
        to(receiver)["webhook"](message)
        os.kill(os.getpid(), signal.SIGKILL)

    see(tmp_path, anomaly(), anomaly(key="ads / EC2", excess=1.0))
    _in_a_process(outbox.deliver, tmp_path, {"webhook": send_and_die})
    assert outbox.deliver(tmp_path, to(receiver)) == (2, [])
    assert len(keys(receiver)) == 3
    assert len(set(keys(receiver))) == 2
