"""The web: chat, API, widget, guides' pages and staff page in one app.

In: settings, a bot, a journal. Out: a FastAPI app, with Gradio's chat mounted last, and a server for it. It
holds no page and no route of its own: it puts together the modules beside it, which do not know each other.
They are imported late: who wants one part only (the widget's tag, say) need not wait for Gradio.
"""

from __future__ import annotations

import gc

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from chatbot.answering import Chatbot
from chatbot.journal import Journal
from chatbot.settings import Settings

# Nothing is told to a collector, whatever the environment says; what is counted is at /metrics.
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


def create_app(settings: Settings, bot: Chatbot | None = None, journal: Journal | None = None) -> FastAPI:
    """The web app. Without a bot, it loads the index of the settings; without a journal, it keeps none."""
    from chatbot.web import api, chat, mounting, pages, security, staff, widget
    from chatbot.web.desk import Desk
    from chatbot.web.limits import RateLimiter
    from chatbot.web.problems import install_problems

    app = FastAPI(title="Askguide", docs_url=None, redoc_url=None, openapi_url=None, telemetry=SILENT)
    app.state.settings, app.state.journal = settings, journal
    app.state.bot = bot or Chatbot.load(settings.index, settings)
    desk = Desk(lambda: app.state.bot, lambda: app.state.journal)
    limiter = RateLimiter(settings.rate_limit, settings.rate_store)
    security.close_gradio(app)
    install_problems(app, desk.metrics.requested)
    security.promise(app, settings.allowed_origins)
    app.include_router(api.create_router(desk, limiter))
    app.include_router(widget.router())
    app.include_router(pages.router())
    staff.mount_staff(app, settings)
    mounting.in_event_loop(lambda: chat.mount_chat(app, desk, limiter, settings, votes=journal is not None))
    return app


def serve(settings: Settings, host: str, port: int) -> None:
    """Serves the web app until it is told to stop; records what is asked, unless that is switched off."""
    import uvicorn

    from chatbot.web.logs import configure_logs

    bot = Chatbot.load(settings.index, settings)
    journal = Journal.open(settings.journal_url, settings) if settings.journal_url else None
    app = create_app(settings, bot, journal)
    gc.collect()
    gc.freeze()  # going over all of Gradio again and again would stop every answer for a fifth of a second
    configure_logs(settings.log_questions)
    # An open page holds a connection for as long as it is open: a server that stops waits for none of them.
    patience = 3  # seconds for what is still being answered
    config = uvicorn.Config(
        app, host, port, log_config=None, server_header=False, timeout_graceful_shutdown=patience
    )
    try:
        uvicorn.Server(config).run()
    finally:
        if journal:
            journal.close()
