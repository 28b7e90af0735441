// What Gradio's page leaves undone: a reply is read from its start, by eye and by ear, and nothing appears unseen.
"use strict";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let replies = 0;
let form = null;
let byKeyboard = false;
addEventListener("keydown", () => { byKeyboard = true; }, true);
addEventListener("pointerdown", () => { byKeyboard = false; }, true);

function show(element, block) {
  element?.scrollIntoView({ behavior: calm.matches ? "instant" : "smooth", block });
}

function settle() {
  // Gradio labels a message with its source text, mark-up and all: a screen reader would read that.
  for (const message of document.querySelectorAll(":is([data-testid='bot'], [data-testid='user'])[aria-label]")) {
    message.removeAttribute("aria-label");
  }
  document.querySelector("#thanks:not([role])")?.setAttribute("role", "status");

  const count = document.querySelectorAll("#conversation .bot-row").length;
  if (count > replies) {
    show([...document.querySelectorAll("#conversation .user-row")].pop(), "start");
    // The chip that was pressed is gone. Whoever works by keyboard goes on at the question.
    if (byKeyboard && document.activeElement === document.body) {
      document.querySelector("#question textarea")?.focus({ preventScroll: true });
    }
  }
  replies = count;

  const appeared = document.querySelector("#feedback");
  if (appeared && appeared !== form) {
    show(appeared, "nearest");
  }
  form = appeared;
}

new MutationObserver(settle).observe(document.documentElement, { childList: true, subtree: true });
