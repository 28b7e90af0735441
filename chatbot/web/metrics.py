"""Counts what goes on, in the format of Prometheus. No label ever holds what somebody wrote.

In: calls from the web faces. Out: the text of `GET /metrics`. Each app has its own registry, so that
two apps in one process (tests, say) do not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from chatbot.answering import Answer

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
SIZES = (1, 2, 3, 4)


class Metrics:
    """The counters of one app."""

    def __init__(self, lost: Callable[[], int] = lambda: 0) -> None:
        """`lost` says how many records the journal could not write."""
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Lost(lost))
        counter = partial(Counter, namespace="askguide", registry=registry)
        histogram = partial(Histogram, namespace="askguide", registry=registry)
        self._asked = counter("questions", "Questions asked", ["face"])
        self._replies = counter("replies", "Replies by kind", ["kind", "face"])
        self._declined = counter("declined", "Questions without an answer, by reason", ["reason"])
        self._votes = counter("votes", "Votes recorded", ["rating"])
        self._seconds = histogram("reply_seconds", "From question to reply, with waiting", buckets=SECONDS)
        self._batches = histogram("batch_questions", "Questions encoded together", buckets=SIZES)
        self._requests = counter("http_requests", "Requests by route and status", ["route", "status"])
        self._request_seconds = histogram(
            "http_request_seconds", "Time to serve a request", ["route"], buckets=SECONDS
        )

    def asked(self, face: str) -> None:
        """A question came in."""
        self._asked.labels(face).inc()

    def replied(self, answer: Answer, face: str, seconds: float) -> None:
        """A reply went out."""
        self._replies.labels(answer.kind, face).inc()
        if answer.reason:
            self._declined.labels(answer.reason).inc()
        self._seconds.observe(seconds)

    def voted(self, rating: str) -> None:
        """A vote is on disk."""
        self._votes.labels(rating).inc()

    def batched(self, size: int) -> None:
        """So many questions were encoded together."""
        self._batches.observe(size)

    def requested(self, route: str, status: int, seconds: float) -> None:
        """A request was served. `route` is a pattern of ours, never a path."""
        self._requests.labels(route, status).inc()
        self._request_seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All counters in Prometheus' text format."""
        return generate_latest(self.registry)


class _Lost(Collector):
    """Reads the journal's own count when asked, so that it cannot be missed or counted twice."""

    def __init__(self, lost: Callable[[], int]) -> None:
        self._lost = lost

    def collect(self) -> Iterable[Metric]:
        """The count as it is now."""
        yield CounterMetricFamily("askguide_journal_lost", "Records that could not be written", self._lost())
