"""An e-mail file is whole, written once, and harmless whatever a bill calls things."""

import email
import struct
import zlib
from email import policy

import pytest

from finops.alerts import mail
from finops.errors import NotDelivered
from tests.alerts.test_channels import message, notify_with, run  # noqa: F401


def read(path):
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def test_an_alert_becomes_one_file_with_text_html_and_a_picture(tmp_path):
    for _ in range(2):
        mail.send(message(reason="<b>x</b>"), folder=tmp_path / "mail", to="a@example.com")
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == "0123456789-slack-1.eml"
    got = read(path)
    assert got["Subject"] == "[Test] New: search / EC2, +1,234 USD"
    assert got["To"] == "a@example.com"
    assert "Reason: <b>x</b>" in got.get_body(("plain",)).get_content()
    page = got.get_body(("html",)).get_content()
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert 'src="cid:chart"' in page
    (picture,) = [part for part in got.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<chart>"
    assert picture.get_content() == mail.bars_png([0.0, 50.0, 100.0])


def test_the_picture_has_a_bar_per_day():
    png = mail.bars_png([0.0, 50.0, 100.0])
    width, height = struct.unpack(">II", png[16:24])
    (length,) = struct.unpack(">I", png[33:37])
    rows = zlib.decompress(png[41 : 41 + length])
    dark = [
        sum(rows[row * (width + 1) + 1 + 8 * bar] == 80 for row in range(height))
        for bar in (0, 1, 2)
    ]
    assert (width, height, dark) == (24, 64, [0, 32, 64])


def test_a_file_that_was_half_written_is_no_alert(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mail.os, "fsync", full)
    with pytest.raises(NotDelivered, match="can't be written: No space left"):
        mail.send(message(), folder=tmp_path, to="a@example.com")
    assert list(tmp_path.glob("[!.]*.eml")) == []


def test_no_name_adds_a_header(tmp_path):
    mail.send(message(key="a\r\nBcc: x@y"), folder=tmp_path, to="a@example.com")
    assert read(next(tmp_path.iterdir()))["Bcc"] is None


def test_notify_writes_mail_below_the_project(project, run):  # noqa: F811
    notify_with(project, 'email = "mail"\nemail_to = "a@example.com"')
    assert "Alerts sent: 1." in run("anomalies", "--notify")[1]
    assert "Alerts sent: 0." in run("anomalies", "--notify")[1]
    assert len(list((project / "mail").iterdir())) == 1


@pytest.mark.parametrize("to", ["", "a@b\\nBcc: c@d"])
def test_mail_to_nobody_or_with_a_header_is_refused(project, run, to):  # noqa: F811
    notify_with(project, f'email = "mail"\nemail_to = "{to}"')
    code, _, error = run("anomalies", "--notify")
    assert (code, "email_to in [notify] must be addresses" in error) == (1, True)
