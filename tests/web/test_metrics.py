"""Metrics: what Prometheus reads, with labels that only we choose."""

from __future__ import annotations

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from chatbot.answering import Ask
from chatbot.web.metrics import MEDIA_TYPE, Metrics
from tests.web.fakes import FakeBot, FakeJournal, answer_to, app_of


def read(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of the labels' names."""
    return {
        (
            sample.name.removeprefix("askguide_"),
            *(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(client: TestClient, question: str, **headers: str) -> None:
    client.post("/api/v1/answers", json={"question": question}, headers=headers)


def test_what_visitors_do_is_counted() -> None:
    app = app_of(FakeBot(), FakeJournal())
    with TestClient(app, raise_server_exceptions=False) as client:
        for _ in range(3):
            ask(client, "How?")
        ask(client, "How?", Origin="https://shop.example")
        ask(client, "break")
        for rating in ("up", "down", "down"):
            client.post("/api/v1/feedback", json={"answer_id": "answer-0", "rating": rating})
        client.post("/api/v1/feedback", json={"answer_id": "unknown", "rating": "up"})
        response = client.get("/metrics")
    assert response.headers["content-type"] == MEDIA_TYPE
    samples = read(response.text)
    expected = {
        ("questions_total", "api"): 4,
        ("questions_total", "widget"): 1,
        ("replies_total", "api", "answer"): 3,
        ("replies_total", "widget", "answer"): 1,
        ("votes_total", "up"): 1,
        ("votes_total", "down"): 2,
        ("reply_seconds_count",): 4,
        ("batch_questions_count",): 5,
        ("http_requests_total", "/api/v1/answers", "200"): 4,
        ("http_requests_total", "/api/v1/answers", "500"): 1,
        ("http_requests_total", "/api/v1/feedback", "404"): 1,
    }
    assert {name: samples.get(name) for name in expected} == expected
    assert samples["process_resident_memory_bytes",] > 1e6


def test_declined_questions_are_counted_by_reason() -> None:
    metrics = Metrics()
    for reason in ("not_in_guide", "not_in_guide", "off_topic"):
        metrics.replied(answer_to(Ask("x"), kind="no_answer", reason=reason), "chat", 0.004)
    metrics.replied(answer_to(Ask("x")), "chat", 0.2)
    samples = read(metrics.text().decode())
    assert samples["declined_total", "not_in_guide"] == 2
    assert samples["declined_total", "off_topic"] == 1
    assert samples["replies_total", "chat", "no_answer"] == 3
    assert samples["reply_seconds_bucket", "0.005"] == 3
    assert samples["reply_seconds_bucket", "0.25"] == 4
    assert len([name for name in samples if name[0] == "declined_total"]) == 2


def test_the_journals_losses_are_read_from_the_journal() -> None:
    lost = 0
    metrics = Metrics(lambda: lost)
    assert read(metrics.text().decode())["journal_lost_total",] == 0
    lost = 5
    assert read(metrics.text().decode())["journal_lost_total",] == 5
    with TestClient(app_of(FakeBot(), FakeJournal())) as client:
        assert read(client.get("/metrics").text)["journal_lost_total",] == FakeJournal().lost


def test_no_path_and_no_question_becomes_a_label() -> None:
    with TestClient(app_of(FakeBot())) as client:
        ask(client, "secret")
        before = len(read(client.get("/metrics").text))
        for number in range(200):
            client.get(f"/secret/{number}")
            client.get(f"/api/v1/guides/secret-{number}")
            client.request(f"M{number}", "/api/v1/answers")
        text = client.get("/metrics").text
    assert "secret" not in text
    assert len(read(text)) < before + 80


def test_two_apps_do_not_add_up() -> None:
    one, other = app_of(FakeBot()), app_of(FakeBot())
    with TestClient(one) as client:
        ask(client, "How?")
    with TestClient(other) as client:
        assert ("questions_total", "api") not in read(client.get("/metrics").text)
