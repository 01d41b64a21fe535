"""What each channel gets, and that no secret gets anywhere else."""

import json
import logging
import time

import pytest

from finops.alerts import http, slack
from finops.alerts.messages import headline, message_of, sparkline
from finops.alerts.webhook import send, signature
from finops.cli import main
from finops.errors import BadInput, NotDelivered
from finops.incidents import record as incidents
from finops.incidents.store import open_store
from finops.settings import read_settings
from tests.conftest import ROOT
from tests.incidents.test_record import anomaly, frame
from tests.incidents.test_sentences import kept


def message(**values):
    one = {
        "id": "0123456789",
        "key": "search / EC2",
        "kind": "level_shift",
        "start": "2026-10-05",
        "end": "2026-10-07",
        "detected_on": "2026-10-05",
        "expected": 100.0,
        "actual": 1334.5,
        "excess": 1234.5,
        "score": 9.0,
        "incomplete": True,
        "status": "open",
        "state": "open",
        "normal_on": "",
        "back_on": "",
        "reason": "",
        "level": "team and service",
        "owner": "search",
        "per_day": 411.5,
        "at_risk": 13579.5,
        "cause": "EC2 for search: 12 more m5.large.",
        "causes": [{"changes": ["RunInstances by ci"], "resources": ["i-1", "i-2"]}],
    }
    return {
        "schema": "finops.incident/1",
        "message_id": "0123456789-slack-1",
        "event": "open",
        "company": "Test",
        "currency": "USD",
        "incident": one | values,
        "chart": {"first_day": "2026-10-01", "cost": [0.0, 50.0, 100.0]},
    }


def test_slack_gets_a_headline_figures_a_chart_and_the_next_step(receiver):
    slack.send(message(), address=receiver.address)
    (got,) = receiver.got
    body = json.loads(got.body)
    header, figures, chart, hint = body["blocks"]
    assert header["text"] == {"type": "plain_text", "text": "New: search / EC2, +1,234 USD"}
    assert figures["text"]["text"].split("\n") == [
        "*Cause*  EC2 for search: 12 more m5.large.",
        "*Changed by*  RunInstances by ci",
        "*Resources*  i-1, i-2",
        "*Owner*  search",
        "*Kind*  level shift",
        "*State*  open",
        "*Days*  2026-10-05 to 2026-10-07 so far",
        "*Expected*  100.00 USD",
        "*Actual*  1,334.50 USD",
        "*Id*  0123456789",
    ]
    assert chart["text"]["text"] == "`▁▅█`\n3 days from 2026-10-01, UTC"
    assert "--acknowledge 0123456789" in hint["elements"][0]["text"]


def test_names_of_a_bill_are_no_markup_and_mention_nobody_in_slack():
    text = slack.blocks_of(message(reason="<!channel> *bold* & <http://x|y>\n"))[1]["text"]["text"]
    assert "<" not in text
    assert "\u200b*bold\u200b*" in text
    assert "&amp; &lt;http://x|y&gt;" in text


def test_a_long_name_fits_the_header_of_slack():
    header = slack.blocks_of(message(key="x" * 3000))[0]["text"]["text"]
    assert len(header) == 150


def test_a_headline_is_one_line_and_names_all_teams():
    assert headline(message(key="*", owner="*", excess=-5.0)) == "New: All teams, -5 USD"
    assert "\n" not in headline(message(key="a\nb"))


@pytest.mark.parametrize(
    ("values", "bars"), [([], ""), ([0.0, 0.0], "▁▁"), ([-5.0, 1.0], "▁█"), ([7.0, 3.5], "█▅")]
)
def test_a_sparkline_has_a_bar_per_day(values, bars):
    assert sparkline(values) == bars


def test_a_webhook_gets_signed_json_with_an_id(receiver):
    send(message(), address=receiver.address, key="k")
    (got,) = receiver.got
    assert json.loads(got.body) == message()
    assert got.headers["Idempotency-Key"] == "0123456789-slack-1"
    at = got.headers["X-Finops-Timestamp"]
    assert got.headers["X-Finops-Signature"] == signature(got.body, at, "k")


def test_the_signature_is_the_known_hmac_of_timestamp_dot_body():
    # printf '1.{}' | openssl dgst -sha256 -hmac key
    assert signature(b"{}", "1", "key") == (
        "sha256=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"
    )


def test_a_redirect_is_not_followed(receiver):
    receiver.script = [(302, {"Location": receiver.address + "/elsewhere"}, b"")]
    with pytest.raises(NotDelivered, match="it answered 302"):
        http.request(receiver.address, b"{}", {})
    assert len(receiver.got) == 1


@pytest.mark.parametrize("answer", ["drip", "drip headers"])
def test_a_receiver_that_drips_bytes_is_not_waited_for(receiver, monkeypatch, answer):
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.5)
    receiver.script = [answer]
    start = time.monotonic()
    with pytest.raises(NotDelivered, match="no answer in") as caught:
        http.request(receiver.address, b"{}", {}, read=True)
    assert caught.value.again
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("answer", [404, 500, "hang up", "cut", "slow"])
def test_no_error_or_log_repeats_the_address(receiver, caplog, monkeypatch, answer):
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)
    caplog.set_level(logging.DEBUG)
    receiver.script = [(answer, {}, b"s3cr3t-path") if isinstance(answer, int) else answer]
    with pytest.raises(NotDelivered) as caught:
        slack.send(message(), address=receiver.address)
    assert "s3cr3t" not in str(caught.value) + caplog.text
    assert caught.value.__suppress_context__


def test_an_address_that_is_none_is_not_repeated():
    for address in ("https://[s3cr3t", "https://x/s3cr3t \n", "https://x:s3cr3t/"):
        with pytest.raises(NotDelivered) as caught:
            http.request(address, b"", {})
        assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('slack = "https://hooks.slack.com/s3cr3t"', "the name of an environment variable"),
        ('slak = "X"', "unknown key 'slak'"),
        ('alerts_per_week = "5"', "a whole number"),
        ("alerts_per_week = true", "a whole number"),
        ("alerts_per_week = 0", "at least 1"),
        ("slack = 5", "text in quotes"),
    ],
)
def test_a_wrong_setting_is_refused_without_repeating_it(project, table, why):
    (project / "finops.toml").write_text(f"[notify]\n{table}\n")
    with pytest.raises(BadInput, match=why) as caught:
        read_settings(project)
    assert "s3cr3t" not in str(caught.value)


@pytest.fixture
def run(built, monkeypatch, capsys, waits):
    """Run finops on a project whose bill has one anomaly and whose alerts go to a webhook."""
    monkeypatch.setattr(incidents, "find", lambda _: frame(anomaly()))

    def finops(*arguments):
        command = ["finops", *map(str, arguments), "--project", str(built)]
        monkeypatch.setattr("sys.argv", command)
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, " ".join(printed.err.split())

    return finops


def notify_with(project, text):
    (project / "finops.toml").write_text(f"[notify]\n{text}\n")


def test_notify_sends_what_is_new_once(project, run, receiver, monkeypatch):
    notify_with(project, 'slack = "A_SLACK"\nwebhook = "A_HOOK"\nwebhook_secret = "A_KEY"')
    monkeypatch.setenv("A_SLACK", receiver.address)
    monkeypatch.setenv("A_HOOK", receiver.address)
    monkeypatch.setenv("A_KEY", "s3cr3t-key")
    assert "Alerts sent: 2." in run("anomalies", "--notify")[1]
    assert "Alerts sent: 0." in run("anomalies", "--notify")[1]
    hook = json.loads(receiver.got[1].body)
    assert (hook["event"], hook["currency"], len(hook["chart"]["cost"])) == ("open", "USD", 28)
    kept = b"".join(path.read_bytes() for path in (project / "incidents").iterdir())
    assert b"s3cr3t" not in kept


def test_notify_says_what_was_not_sent_and_sends_it_next_time(project, run, receiver, monkeypatch):
    notify_with(project, 'slack = "A_SLACK"')
    monkeypatch.setenv("A_SLACK", receiver.address)
    receiver.script = [(404, {}, b"no_service")]
    code, _, error = run("anomalies", "--notify")
    assert code == 1
    assert error == (
        "error: slack: it answered 404 (no_service). Alerts sent: 0. The others are kept. "
        "Send them with: finops anomalies --notify"
    )
    assert "Alerts sent: 1." in run("anomalies", "--notify")[1]


@pytest.mark.parametrize(
    ("table", "value", "why"),
    [
        ("", "", "names no channel"),
        ('slack = "A_SLACK"', "", "A_SLACK, named in [notify], is not set"),
        ('slack = "A_SLACK"', "http://example.com/s3cr3t", "A_SLACK must hold an address with"),
    ],
)
def test_notify_without_a_usable_channel_tells_nothing(
    project, run, monkeypatch, table, value, why
):
    notify_with(project, table)
    monkeypatch.setenv("A_SLACK", value)
    code, _, error = run("anomalies", "--notify")
    assert code == 1
    assert why in error
    assert "s3cr3t" not in error


def test_the_documented_message_has_the_keys_that_are_sent():
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    documented = json.loads(text.partition("```json")[2].partition("```")[0])
    assert documented.keys() == message().keys()
    assert documented["incident"].keys() == message()["incident"].keys()


def test_a_message_has_the_causes_of_an_incident_as_english_texts(tmp_path):
    row = anomaly(causes=json.dumps([kept()]))
    incidents.record(tmp_path, frame(row))
    with open_store(tmp_path) as store:
        stored = store.execute("select * from incidents").fetchone()
    made = message_of(stored, "open", company="Test", currency="USD", chart={})
    (cause,) = made["incident"]["causes"]
    assert list(cause) == ["sentence", "excess", "effects", "resources", "changes"]
    assert cause["sentence"].startswith("EC2 in ap-northeast-2 for search: 71 % more")
    assert cause["changes"] == ["RunInstances by ci at 2026-09-27 20:00 UTC"]


def test_a_message_of_an_incident_has_these_keys(tmp_path):
    incidents.record(tmp_path, frame(anomaly()))
    with open_store(tmp_path) as store:
        row = store.execute("select * from incidents").fetchone()
    made = message_of(row, "open", company="Test", currency="USD", chart={})
    assert made["incident"].keys() == message()["incident"].keys()
