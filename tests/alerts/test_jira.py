"""An incident has one Jira issue through its life, whatever Jira does and whenever the sender dies."""

import json
import multiprocessing
import os
import signal
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest

from finops.alerts import jira, outbox
from finops.errors import BadInput, NotDelivered
from finops.incidents import record as incidents
from finops.inputs.notify_settings import Notify
from finops.settings import read_settings
from tests.alerts.test_outbox import pending, see
from tests.incidents.test_record import anomaly, frame, gone_back

STATUS = {"open": "new", "done": "done"}


class Jira:
    """Answers as Jira does, but for the `trouble` that comes first; keeps its issues.

    Trouble that is "… after" happens once the request was done.
    """

    def __init__(self):
        self.issues, self.trouble, self.calls = [], [], []
        self.transitions = [("11", "open"), ("31", "done")]

    def __bool__(self):
        return True

    def pop(self, _):
        what = self.trouble.pop(0) if self.trouble else None
        if what in (None, "cut after 200", "hang up after"):
            return partial(self.answer, what)
        return what

    def answer(self, trouble, handler):
        got = handler.server.got[-1]
        path = urlsplit(got.path)
        name = path.path.partition("/rest/api/2/")[2]
        self.calls.append((got.method, name))
        made = self.do(got.method, name, parse_qs(path.query), json.loads(got.body or "null"))
        if trouble:
            return trouble.removesuffix(" after")
        return 200, {}, json.dumps(made).encode()

    def do(self, method, name, query, body):
        parts = name.split("/")
        if parts[0] == "search":
            (jql,) = query["jql"]
            found = [one for one in self.issues if f'"{one["labels"][1]}"' in jql]
            return {"issues": [self.shown(one) for one in found]}
        if parts == ["issue"]:
            number = len(self.issues) + 1
            self.issues.append({"key": f"FIN-{number}", "comments": [], "status": "open"})
            self.issues[-1] |= body["fields"]
            return {"key": f"FIN-{number}"}
        (issue,) = [one for one in self.issues if one["key"] == parts[1]]
        if method == "GET" and parts[2] == "comment":
            return {"comments": [{"body": text} for text in issue["comments"]]}
        if parts[2] == "comment":
            issue["comments"].append(body["body"])
        elif method == "GET":
            return {"transitions": [{"id": i, "to": self.status(s)} for i, s in self.transitions]}
        else:
            issue["status"] = dict(self.transitions)[body["transition"]["id"]]
        return {}

    def shown(self, issue):
        return {"key": issue["key"], "fields": {"status": self.status(issue["status"])}}

    def status(self, name):
        return {"name": name, "statusCategory": {"key": STATUS[name]}}


@pytest.fixture
def server(receiver, waits):
    receiver.script = Jira()
    return receiver


def to(server):
    known = {"address": server.address, "token": "bot@example.com:s3cr3t", "project": "FIN"}
    return {"jira": partial(jira.send, **known, kind="Task")}


def tell(project, server, *rows, **options):
    """Record rows, write the alerts and deliver them."""
    see(project, *rows, channels=("jira",), **options)
    return outbox.deliver(project, to(server))


def summary(server):
    return [(one["key"], one["status"], len(one["comments"])) for one in server.script.issues]


def test_an_issue_is_created_once_commented_as_it_grows_and_closed(tmp_path, server):
    tell(tmp_path, server, anomaly())
    assert summary(server) == [("FIN-1", "open", 0)]
    tell(tmp_path, server, anomaly(excess=400.0))
    assert summary(server) == [("FIN-1", "open", 1)]
    tell(tmp_path, server, gone_back(excess=400.0))
    assert summary(server) == [("FIN-1", "done", 2)]
    tell(tmp_path, server, anomaly(end="2026-10-20", excess=400.0))
    assert summary(server) == [("FIN-1", "open", 3)]


def test_an_issue_says_what_where_why_and_whose(tmp_path, server):
    tell(tmp_path, server, anomaly())
    (issue,) = server.script.issues
    assert issue["summary"] == "New: search / EC2, +200 USD"
    assert issue["project"] == {"key": "FIN"}
    assert issue["issuetype"] == {"name": "Task"}
    assert "Cause: EC2 for search: 2 more m5.large." in issue["description"]
    assert "Owner: search" in issue["description"]


def test_what_was_meant_is_closed_with_its_reason(tmp_path, server):
    tell(tmp_path, server, anomaly())
    listed = incidents.record(tmp_path, frame(anomaly()))
    incidents.expect(tmp_path, listed["id"].iloc[0], "planned")
    tell(tmp_path, server, anomaly())
    assert summary(server) == [("FIN-1", "done", 1)]
    assert "Reason: planned" in server.script.issues[0]["comments"][0]


TROUBLES = [429, 500, 503, "slow", "hang up", "cut", "cut after 200", "hang up after"]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("call", range(2))
def test_trouble_while_creating_leaves_one_issue(tmp_path, server, trouble, call):
    server.script.trouble = [None] * call + [trouble]
    assert tell(tmp_path, server, anomaly()) == (1, [])
    assert summary(server) == [("FIN-1", "open", 0)]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("call", range(5))
def test_trouble_while_closing_leaves_one_comment_and_a_closed_issue(
    tmp_path, server, trouble, call
):
    tell(tmp_path, server, anomaly())
    server.script.trouble = [None] * call + [trouble]
    assert tell(tmp_path, server, gone_back()) == (1, [])
    assert summary(server) == [("FIN-1", "done", 1)]


def test_retry_after_is_waited_for(tmp_path, server, waits):
    server.script.trouble = [(429, {"Retry-After": "7"}, b"")]
    assert tell(tmp_path, server, anomaly()) == (1, [])
    assert waits == [7]


def test_jira_that_is_down_gets_everything_in_order_the_next_time(tmp_path, server):
    server.script.trouble = [500] * 5
    assert tell(tmp_path, server, anomaly()) == (0, ["jira: it answered 500"])
    assert pending(tmp_path) == 1
    assert tell(tmp_path, server, gone_back()) == (2, [])
    assert summary(server) == [("FIN-1", "done", 1)]


def test_an_answer_that_is_no_json_is_tried_again(tmp_path, server, waits):
    server.script.trouble = [(200, {}, b"<html>")]
    assert tell(tmp_path, server, anomaly()) == (1, [])
    assert waits == [1]


def test_an_issue_that_can_not_be_closed_is_said_and_kept(tmp_path, server):
    tell(tmp_path, server, anomaly())
    server.script.transitions = [("11", "open")]
    sent, failures = tell(tmp_path, server, gone_back())
    assert (sent, failures) == (0, ["jira: no transition closes issue FIN-1"])
    assert pending(tmp_path) == 1


def _send_and_die(server, message):
    to(server)["jira"](message)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_sender_that_is_killed_after_it_created_the_issue_creates_no_second(tmp_path, server):
    see(tmp_path, anomaly(), channels=("jira",))
    channels = {"jira": partial(_send_and_die, server)}
    process = multiprocessing.get_context("fork").Process(
        target=outbox.deliver, args=(tmp_path, channels)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert pending(tmp_path) == 1
    assert outbox.deliver(tmp_path, to(server)) == (1, [])
    assert summary(server) == [("FIN-1", "open", 0)]


def test_names_of_a_bill_are_no_markup_of_jira(tmp_path, server):
    tell(tmp_path, server, anomaly(cause="{noformat}[~admin] {html}"))
    description = server.script.issues[0]["description"]
    assert description.count("{noformat}") == 2
    assert "{html}" not in description


@pytest.mark.parametrize(
    ("token", "header"),
    [("a@b.c:t", "Basic YUBiLmM6dA=="), ("personal", "Bearer personal")],
)
def test_the_token_is_sent_as_jira_cloud_or_data_center_want_it(server, token, header):
    known = {"address": server.address, "project": "FIN", "kind": "Task"}
    message = {"event": "resolved", "incident": {"id": "1"}}
    jira.send(message, token=token, **known)
    assert server.got[0].headers["Authorization"] == header


def test_no_error_repeats_the_token(tmp_path, server):
    server.script.trouble = [(401, {}, b"s3cr3t")]
    sent, failures = tell(tmp_path, server, anomaly())
    assert (sent, failures) == (0, ["jira: it answered 401"])


def test_two_incidents_have_two_issues(tmp_path, server):
    tell(tmp_path, server, anomaly(), anomaly(key="ads / EC2"))
    assert [one["key"] for one in server.script.issues] == ["FIN-1", "FIN-2"]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('jira = "J"\njira_project = "FIN"', "needs jira_token"),
        ('jira = "J"\njira_token = "T"', "must be a project's key"),
        ('jira = "J"\njira_token = "T"\njira_project = "a b"', "must be a project's key"),
        ('jira = "https://x"', "the name of an environment variable"),
    ],
)
def test_a_wrong_setting_is_refused(project, table, why):
    (project / "finops.toml").write_text(f"[notify]\n{table}\n")
    with pytest.raises(BadInput, match=why):
        read_settings(project)


def test_jira_is_off_by_default():
    assert Notify().jira == ""
    assert not NotDelivered("x", again=False).again
