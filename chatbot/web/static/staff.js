/* Makes the staff pages quick: passages while typing, copying with one key, votes without leaving the page.
   Everything works without it, only slower. It makes no markup out of text: what the server sends is parsed
   as a document, in which scripts do not run. */
"use strict";

const form = document.getElementById("look-up");
const found = document.getElementById("found");
const status = document.getElementById("status");

function say(text) {
  status.textContent = "";
  // A screen reader speaks what has changed: the same words twice need a moment in between.
  setTimeout(() => { status.textContent = text; }, 50);
}

// Looking up while typing ---------------------------------------------------------------------

let asking = null;
let timer = 0;
let shown = null;

function lookUp() {
  clearTimeout(timer);
  const body = new URLSearchParams(new FormData(form)).toString();
  if (body === shown) return false;
  asking?.abort();
  const request = asking = new XMLHttpRequest();
  request.open("POST", form.dataset.found);
  request.responseType = "document";
  request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  request.onload = () => {
    if (request.status === 401) return location.reload();
    found.replaceChildren(...request.response.querySelectorAll("body > *"));
    shown = request.status === 200 ? body : null;
    const count = found.querySelector("#passages-title")?.textContent;
    const reply = found.querySelector(".reply .kind")?.textContent;
    say(count ? `${count}. Reply: ${reply}` : found.querySelector("h1")?.textContent ?? "");
  };
  request.onerror = () => say("The server cannot be reached.");
  request.send(body);
  return true;
}

function ask(question) {
  form.elements.question.value = question;
  form.elements.question.focus();
  lookUp();
}

if (form) {
  form.elements.question.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(lookUp, 120);
  });
  form.elements.within.addEventListener("change", lookUp);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = found.querySelector(".passage");
    if (!lookUp() && first) moveTo(first);
  });
  if (form.elements.question.value) lookUp();  // what was typed before this script was there
}

// Copying ----------------------------------------------------------------------------------------

async function copy(passage, form) {
  const text = passage.dataset[form];
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Outside of https there is no clipboard for scripts; the old way works anywhere.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    passage.focus();
  }
  const button = passage.querySelector(`.copy[value=${form}]`);
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
  say(form === "text" ? "Copied as text" : "Copied as Markdown");
}

// Keys ---------------------------------------------------------------------------------------------

function moveTo(passage) {
  for (const other of found.querySelectorAll(".passage")) other.tabIndex = other === passage ? 0 : -1;
  passage.focus();
  passage.scrollIntoView({ block: "nearest" });
}

function isTyping(element) {
  return element.matches("textarea, select, input:not([type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (!form || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const question = form.elements.question;
  const passages = [...found.querySelectorAll(".passage")];
  const here = passages.indexOf(event.target.closest(".passage"));
  if (event.key === "/" && !isTyping(event.target)) {
    question.focus();
    question.select();
  } else if (event.key === "Escape" && event.target !== question) {
    question.focus();
  } else if (event.key === "ArrowDown" && (event.target === question || here >= 0)) {
    if (passages[here + 1]) moveTo(passages[here + 1]);
  } else if (event.key === "ArrowUp" && here >= 0) {
    if (here) moveTo(passages[here - 1]);
    else question.focus();
  } else if (here >= 0 && event.key === "c") {
    copy(passages[here], "text");
  } else if (here >= 0 && event.key === "m") {
    copy(passages[here], "markdown");
  } else if (here >= 0 && event.key === "o") {
    passages[here].querySelector("h3 a")?.click();
  } else {
    return;
  }
  event.preventDefault();
});

// Pointing, voting ---------------------------------------------------------------------------------

found?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches(".copy")) copy(button.closest(".passage"), button.value);
  if (button?.matches(".example")) ask(button.textContent);
});

found?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const vote = event.target;
  const body = new URLSearchParams(new FormData(vote, event.submitter));
  let said = "The server cannot be reached. Try again.";
  try {
    const response = await fetch(vote.action, { method: "POST", body, headers: { "X-Script": "1" } });
    const refused = response.status === 409 ? "The guides have changed meanwhile. Look up again." : "Not recorded. Try again later.";
    said = response.ok ? "Your vote is recorded." : refused;
    if (response.ok) vote.replaceChildren();
  } catch { /* said already */ }
  const line = vote.querySelector(".said") ?? document.createElement("p");
  line.className = "said";
  line.textContent = said;
  vote.append(line);
  say(said);
});
