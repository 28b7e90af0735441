// What Gradio's page leaves undone: a reply is read from its start, by eye and by ear, and nothing appears unseen.
"use strict";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let replies = 0;
let form = null;
let byKeyboard = false;
let waiting = 0;
addEventListener("keydown", () => { byKeyboard = true; }, true);
addEventListener("pointerdown", () => { byKeyboard = false; }, true);

function name() {
  // Gradio labels a message with its source text, mark-up and all: a screen reader would read that.
  for (const message of document.querySelectorAll(":is([data-testid='bot'], [data-testid='user'])[aria-label]")) {
    message.removeAttribute("aria-label");
  }
  document.querySelector("#thanks:not([role])")?.setAttribute("role", "status");
}

function show(element, block) {
  element?.scrollIntoView({ behavior: calm.matches ? "instant" : "smooth", block });
}

function follow() {
  const count = document.querySelectorAll("#conversation .bot-row").length;
  if (count > replies) {
    show([...document.querySelectorAll("#conversation .user-row")].pop(), "start");
    // The chip or example that was pressed is gone. Whoever works by keyboard goes on at the question.
    const focused = document.activeElement;
    if (byKeyboard && (focused === document.body || !focused.checkVisibility())) {
      document.querySelector("#question textarea")?.focus({ preventScroll: true });
    }
  }
  replies = count;

  const appeared = document.querySelector("#feedback");
  if (appeared !== form) {
    show(appeared, "nearest");
  }
  form = appeared;
}

new MutationObserver(() => {
  name(); // at once, before anything is read out
  clearTimeout(waiting);
  waiting = setTimeout(follow, 50); // when the page has come to rest: old chips go after the new reply comes
}).observe(document.documentElement, { childList: true, subtree: true });
