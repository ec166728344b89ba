"""The offline page in Chromium: a good certificate verifies, every tampered copy is refused."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gate_factories import vector

from governance.gate.certificate.keys import key_id, private_key_from_seed
from governance.gate.certificate.page import certificate_in, to_html
from governance.gate.certificate.payload import (
    CertificateDocument,
    CertificatePayload,
    Digests,
    EvidenceStatement,
    HistoryStatement,
    Subject,
    issue,
    sign,
)
from governance.gate.decay import tier_at
from governance.gate.policy import default_policy
from governance.gate.standing import standing_of
from tests.browser import Browser

pytestmark = pytest.mark.chromium

KEY = private_key_from_seed(bytes(range(32)))
SCORES = vector(0.92, 0.93, 0.9, 0.9, n_cc=400, n_er=390, n_as=360)


@pytest.fixture
def now() -> datetime:
    """The machine's time, which is the browser's."""
    return datetime.now(UTC)  # noqa: TID251 - a browser cannot be handed a clock


def payload(
    issued_at: datetime, name: str = "Example agent", history: tuple[HistoryStatement, ...] = ()
) -> CertificatePayload:
    return issue(
        certificate_id="0197a9a2-7c00-7000-8000-000000000001",
        agent=Subject(id="agent-1", name=name),
        digests=Digests(),
        vector=SCORES,
        policy=default_policy(),
        basis="bound",
        attempts=1,
        issued_at=issued_at,
        evidence=EvidenceStatement(
            kind="verified", source="audit 1 of gguf:demo", note="at most 8 items (--limit)"
        ),
        history=history,
    )


def certificate(issued_at: datetime, name: str = "Example agent") -> CertificateDocument:
    return sign(payload(issued_at, name), KEY)


def open_page(browser: Browser, folder: Path, html: str, fragment: str = "") -> str:
    """Return the page's content after its script ran, with no network."""
    page = folder / "certificate.html"
    page.write_text(html, encoding="utf-8")
    with browser.page(page.as_uri() + fragment) as shown:
        shown.wait_for("document.getElementById('verdict').className")
        return shown.content()


def verdict(dom: str) -> str:
    found = re.search(r'<div id="verdict"[^>]*class="(\w+)"', dom)
    return found.group(1) if found else "none"


def test_a_good_certificate_verifies_and_shows_the_tier_after_decay(
    browser: Browser, tmp_path: Path, now: datetime
) -> None:
    issued = now - timedelta(days=20)
    dom = open_page(browser, tmp_path, to_html(certificate(issued)))
    assert verdict(dom) == "verified"
    tier = tier_at(standing_of(SCORES, default_policy(), "bound"), default_policy(), 20.001)
    assert tier == 3
    assert f"holds T{tier} now" in dom
    assert key_id(KEY.public_key()) in dom
    assert "Not checked here" in dom
    assert "verified: audit 1 of gguf:demo" in dom
    assert "at most 8 items (--limit)" in dom


def test_it_shows_whose_digests_were_matched_and_who_agreed(
    browser: Browser, tmp_path: Path, now: datetime
) -> None:
    history = tuple(
        HistoryStatement(agent=name, id=f"id-{name}", status=status, agreed_by=agreed)
        for name, status, agreed in (("old-bot", "frozen", "bob"), ("poor-bot", "demoted", None))
    )
    document = sign(payload(now - timedelta(days=1), history=history), KEY)
    dom = open_page(browser, tmp_path, to_html(document))
    assert verdict(dom) == "verified"
    assert "old-bot (id-old-bot), then frozen; agreed by bob" in dom
    assert "poor-bot (id-poor-bot), then demoted; nobody had to agree" in dom
    plain = open_page(browser, tmp_path, to_html(certificate(now - timedelta(days=1))))
    assert "another agent is made of" not in re.sub("<script.*", "", plain, flags=re.DOTALL)


def test_a_name_is_text_and_no_markup(browser: Browser, tmp_path: Path, now: datetime) -> None:
    name = "</script><img src=x onerror=alert(1)>"
    dom = open_page(browser, tmp_path, to_html(certificate(now - timedelta(days=1), name)))
    assert verdict(dom) == "verified"
    assert "<img" not in dom
    assert "&lt;img" in dom


def altered(html: str, old: str, new: str) -> str:
    """Return the page with its signed text changed, as a forger with an editor would."""
    raw = re.search(r'"payload": "([A-Za-z0-9+/=]+)"', html)
    assert raw is not None
    text = base64.b64decode(raw.group(1)).decode()
    assert old in text
    forged = base64.b64encode(text.replace(old, new).encode()).decode()
    return html.replace(raw.group(1), forged)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"tier":4', '"tier":5'),
        ("Example agent", "Another agent"),
        ('"attempts":1', '"attempts":2'),
    ],
)
def test_a_tampered_copy_is_refused(
    browser: Browser, tmp_path: Path, now: datetime, old: str, new: str
) -> None:
    html = altered(to_html(certificate(now - timedelta(days=1))), old, new)
    dom = open_page(browser, tmp_path, html)
    assert verdict(dom) == "refused"
    assert "The signature does not fit" in dom


def test_a_signer_s_tier_that_does_not_follow_is_refused(
    browser: Browser, tmp_path: Path, now: datetime
) -> None:
    said = payload(now - timedelta(days=1))
    lie = said.model_copy(update={"decision": {**said.decision, "tier": 5}})
    dom = open_page(browser, tmp_path, to_html(sign(lie, KEY)))
    assert verdict(dom) == "refused"
    assert "does not follow from the scores" in dom


def test_another_key_is_refused_where_one_is_expected(
    browser: Browser, tmp_path: Path, now: datetime
) -> None:
    html = to_html(certificate(now - timedelta(days=1)))
    right = open_page(browser, tmp_path, html, f"#key={key_id(KEY.public_key())}")
    assert verdict(right) == "verified"
    wrong = open_page(browser, tmp_path, html, "#key=ed25519:00")
    assert verdict(wrong) == "refused"


@pytest.mark.parametrize(("days", "fault"), [(-1, "in the future"), (98, "It has ended")])
def test_time_is_checked(
    browser: Browser, tmp_path: Path, now: datetime, days: float, fault: str
) -> None:
    dom = open_page(browser, tmp_path, to_html(certificate(now - timedelta(days=days))))
    assert verdict(dom) == "refused"
    assert fault in dom


def test_what_is_no_certificate_is_refused(browser: Browser, tmp_path: Path, now: datetime) -> None:
    html = to_html(certificate(now))
    data = certificate_in(html)
    assert data is not None
    assert json.loads(data) == certificate(now).to_json()
    assert certificate_in("<html></html>") is None
    assert verdict(open_page(browser, tmp_path, html.replace(data, "{}"))) == "refused"


def test_the_page_admits_only_its_own_script(now: datetime) -> None:
    html = to_html(certificate(now))
    assert "default-src 'none'" in html
    assert not re.search(r'(src|href)="', html)
    assert html == to_html(certificate(now))
