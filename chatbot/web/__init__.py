"""The web: chat, API, widget, guides' pages and staff page in one app.

In: settings, a bot, a journal. Out: a FastAPI app, with Gradio's chat mounted last. It holds no page and
no route of its own: it puts together the modules beside it, which do not know each other.
"""

from __future__ import annotations

from fastapi import FastAPI

from chatbot.answering import Chatbot
from chatbot.journal import Journal
from chatbot.settings import Settings


def create_app(settings: Settings, bot: Chatbot | None = None, journal: Journal | None = None) -> FastAPI:
    """The web app. Without a bot, it loads the index of the settings; without a journal, it keeps none."""
    # Here, since who wants one part only (the widget's tag, say) need not wait for Gradio.
    from chatbot.web import api, chat, mounting, pages, security, widget
    from chatbot.web.desk import Desk
    from chatbot.web.limits import RateLimiter
    from chatbot.web.problems import install_problems

    app = FastAPI(title="Askguide", docs_url=None, redoc_url=None, openapi_url=None)
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
    mounting.in_event_loop(lambda: chat.mount_chat(app, desk, limiter, settings, votes=journal is not None))
    return app
