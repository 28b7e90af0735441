/* The Askguide widget: one classic script that defines <ask-guide>, a chat in a shadow root.

   In: data-* attributes of its own <script> (or of an <ask-guide> that the page wrote), and Answers from
   POST /api/v1/answers. Out: a launcher, a panel, votes to POST /api/v1/feedback, and events for the page.
   It asks nothing and keeps nothing before the first question; after it, the talk is kept in sessionStorage,
   so that it lasts from page to page of one tab. Every text is inserted as a text node, never as HTML;
   styles are constructed sheets, so a page's Content-Security-Policy names our origin and nothing else. */
(() => {
  'use strict';
  if (window.Askguide) return; // the script stands on the page twice

  const NAME = 'ask-guide';
  const TIMEOUT = 10_000; // milliseconds until a server counts as too slow
  const PATIENCE = 400; // milliseconds before "Searching…" is shown: most answers come sooner
  const REASONS = { wrong: 'wrong', outdated: 'outdated', not_asked: 'not what I asked', hard_to_read: 'hard to read' };
  const SMALL = '(max-width: 480px), (max-height: 420px)'; // where the panel fills the screen
  const script = document.currentScript;

  // Words of the interface. {} is filled in.
  const WORDS = {
    en: {
      title: 'Ask the guide',
      intro: 'Ask in your own words. You get the guide’s own words back, and the place where they stand.',
      examples: 'For example',
      placeholder: 'Your question',
      send: 'Send',
      close: 'Close',
      restart: 'Start over',
      log: 'Conversation',
      asked: 'You asked:',
      searching: 'Searching the guide…',
      understood: 'Understood as: {}',
      more: 'More places in the guide ({})',
      nearest: 'Nearest in the guide',
      next: 'Ask next',
      choose: 'What do you mean?',
      tab: 'opens in a new tab',
      shown: 'Shown on the page: {}',
      helpful: 'Did this help?',
      up: 'Yes',
      down: 'No',
      why: 'What was wrong with it?',
      wrong: 'It is wrong',
      outdated: 'It is out of date',
      not_asked: 'It is not what I asked',
      hard_to_read: 'It is hard to read',
      comment: 'Comment (optional, nothing personal please)',
      thanks: 'Thank you.',
      unsaved: 'Your vote could not be saved. Please try again.',
      forbidden: 'This assistant is not set up for {}. The owner of this site can have it added.',
      gone: 'The assistant cannot be reached at the moment.',
      slow: 'The assistant is taking too long.',
      busy: 'Too many questions at once. Please wait a moment.',
      fault: 'Something went wrong on the assistant’s side.',
      retry: 'Try again',
      contact: 'Contact a person',
      privacy: 'Privacy',
    },
    de: {
      title: 'Den Ratgeber fragen',
      intro: 'Fragen Sie in Ihren eigenen Worten. Die Antwort gibt den Wortlaut des Ratgebers wieder und die Stelle, an der er steht.',
      examples: 'Zum Beispiel',
      placeholder: 'Ihre Frage',
      send: 'Senden',
      close: 'Schließen',
      restart: 'Von vorn beginnen',
      log: 'Gespräch',
      asked: 'Ihre Frage:',
      searching: 'Der Ratgeber wird durchsucht …',
      understood: 'Verstanden als: {}',
      more: 'Weitere Stellen im Ratgeber ({})',
      nearest: 'Am nächsten im Ratgeber',
      next: 'Weiterfragen',
      choose: 'Was meinen Sie?',
      tab: 'öffnet einen neuen Tab',
      shown: 'Auf der Seite gezeigt: {}',
      helpful: 'Hat das geholfen?',
      up: 'Ja',
      down: 'Nein',
      why: 'Was stimmt daran nicht?',
      wrong: 'Es ist falsch',
      outdated: 'Es ist veraltet',
      not_asked: 'Danach habe ich nicht gefragt',
      hard_to_read: 'Es ist schwer zu verstehen',
      comment: 'Anmerkung (freiwillig, bitte nichts Persönliches)',
      thanks: 'Vielen Dank.',
      unsaved: 'Ihre Bewertung konnte nicht gespeichert werden. Bitte versuchen Sie es noch einmal.',
      forbidden: 'Der Assistent ist für {} nicht freigeschaltet. Der Betreiber dieser Website kann das veranlassen.',
      gone: 'Der Assistent ist im Moment nicht erreichbar.',
      slow: 'Der Assistent braucht zu lange.',
      busy: 'Zu viele Fragen auf einmal. Bitte warten Sie einen Moment.',
      fault: 'Beim Assistenten ist ein Fehler aufgetreten.',
      retry: 'Noch einmal versuchen',
      contact: 'Einen Menschen fragen',
      privacy: 'Datenschutz',
    },
    es: {
      title: 'Preguntar a la guía',
      intro: 'Pregunte con sus propias palabras. La respuesta son las palabras de la guía y el lugar donde están.',
      examples: 'Por ejemplo',
      placeholder: 'Su pregunta',
      send: 'Enviar',
      close: 'Cerrar',
      restart: 'Empezar de nuevo',
      log: 'Conversación',
      asked: 'Su pregunta:',
      searching: 'Buscando en la guía…',
      understood: 'Entendido como: {}',
      more: 'Más lugares de la guía ({})',
      nearest: 'Lo más cercano en la guía',
      next: 'Seguir preguntando',
      choose: '¿A qué se refiere?',
      tab: 'se abre en una pestaña nueva',
      shown: 'Se muestra en la página: {}',
      helpful: '¿Le ha servido?',
      up: 'Sí',
      down: 'No',
      why: '¿Qué está mal?',
      wrong: 'Es incorrecto',
      outdated: 'Está desactualizado',
      not_asked: 'No es lo que pregunté',
      hard_to_read: 'Es difícil de leer',
      comment: 'Comentario (opcional, sin datos personales)',
      thanks: 'Gracias.',
      unsaved: 'No se pudo guardar su voto. Inténtelo de nuevo.',
      forbidden: 'Este asistente no está habilitado para {}. El responsable de este sitio puede solicitarlo.',
      gone: 'No se puede contactar con el asistente en este momento.',
      slow: 'El asistente está tardando demasiado.',
      busy: 'Demasiadas preguntas a la vez. Espere un momento.',
      fault: 'Se ha producido un error en el asistente.',
      retry: 'Intentar de nuevo',
      contact: 'Hablar con una persona',
      privacy: 'Privacidad',
    },
    fr: {
      title: 'Interroger le guide',
      intro: 'Posez votre question avec vos mots. La réponse reprend les mots du guide et indique où ils se trouvent.',
      examples: 'Par exemple',
      placeholder: 'Votre question',
      send: 'Envoyer',
      close: 'Fermer',
      restart: 'Recommencer',
      log: 'Conversation',
      asked: 'Votre question :',
      searching: 'Recherche dans le guide…',
      understood: 'Compris comme : {}',
      more: 'Autres passages du guide ({})',
      nearest: 'Au plus proche dans le guide',
      next: 'Demander ensuite',
      choose: 'Que voulez-vous dire ?',
      tab: 's’ouvre dans un nouvel onglet',
      shown: 'Affiché sur la page : {}',
      helpful: 'Cette réponse vous aide-t-elle ?',
      up: 'Oui',
      down: 'Non',
      why: 'Qu’est-ce qui ne va pas ?',
      wrong: 'C’est faux',
      outdated: 'C’est périmé',
      not_asked: 'Ce n’est pas ma question',
      hard_to_read: 'C’est difficile à lire',
      comment: 'Commentaire (facultatif, rien de personnel)',
      thanks: 'Merci.',
      unsaved: 'Votre vote n’a pas pu être enregistré. Veuillez réessayer.',
      forbidden: 'Cet assistant n’est pas activé pour {}. Le responsable de ce site peut le faire ajouter.',
      gone: 'L’assistant est injoignable pour le moment.',
      slow: 'L’assistant met trop de temps à répondre.',
      busy: 'Trop de questions à la fois. Veuillez patienter un instant.',
      fault: 'Une erreur s’est produite du côté de l’assistant.',
      retry: 'Réessayer',
      contact: 'Contacter une personne',
      privacy: 'Confidentialité',
    },
  };

  const STYLE = `
:host { all: initial; display: block; color-scheme: light dark;
  --accent: #1d5fbf; --on-accent: #fff;
  --paper: light-dark(#fff, #16191f); --soft: light-dark(#f3f6fa, #22272f);
  --ink: light-dark(#1a1f26, #e9ecf0); --dim: light-dark(#525c69, #a8b2bf);
  --link: light-dark(#0b57b5, #8fbcff); --line: light-dark(#d5dbe3, #3a424e);
  --edge: light-dark(#737d8b, #8891a0);
  font: max(16px, 1rem)/1.5 system-ui, sans-serif }
:host([hidden]) { display: none }
:host([data-theme=light]) { color-scheme: light }
:host([data-theme=dark]) { color-scheme: dark }
:host(:not([data-position=inline])) { position: fixed; z-index: var(--layer, 1000);
  inset-block-end: calc(var(--askguide-bottom, 16px) + env(safe-area-inset-bottom, 0px));
  inset-inline-end: 16px }
:host([data-position=left]), :host([data-position=left]) dialog { inset-inline: auto; left: 16px }
:host([data-position=right]), :host([data-position=right]) dialog { inset-inline: auto; right: 16px }
*, ::before, ::after { box-sizing: border-box }
[hidden] { display: none !important }
button, textarea { font: inherit; color: inherit; margin: 0 }
header, .launcher, .solid, .question, .compose button { border: 1px solid transparent;
  background: var(--accent); color: var(--on-accent) }
button { cursor: pointer; min-height: 44px; min-width: 44px }
svg { width: 1.375em; height: 1.375em; flex: none; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
a:focus-visible, summary:focus-visible { border-radius: 4px }
.launcher { display: flex; align-items: center; gap: 10px; min-height: 52px; max-width: calc(100vw - 32px);
  padding: 8px 20px 8px 16px; border-radius: 26px; font-weight: 600; box-shadow: 0 2px 6px #0003, 0 8px 24px #0003 }
.launcher:focus-visible { outline-offset: 3px; box-shadow: 0 0 0 3px var(--paper) }
.panel { display: flex; flex-direction: column; padding: 0; overflow: hidden; border: 1px solid var(--line);
  border-radius: 16px; background: var(--paper); color: var(--ink) }
section.panel { height: min(600px, 90vh) }
dialog.panel { position: fixed; inset: auto; margin: 0; inset-inline-end: 16px;
  inset-block-end: calc(var(--askguide-bottom, 16px) + env(safe-area-inset-bottom, 0px));
  width: min(408px, 100vw - 32px); height: min(660px, 100dvh - 32px); max-width: none; max-height: none;
  box-shadow: 0 4px 12px #0002, 0 16px 48px #0004 }
dialog.panel:not([open]) { display: none }
header { display: flex; align-items: center; gap: 2px; padding: 4px; padding-inline-start: 18px }
h2 { flex: 1; margin: 0; font-size: 1.0625em; font-weight: 600; overflow-wrap: anywhere; outline: 0 }
header button { display: grid; place-items: center; padding: 0; border: 0; border-radius: 8px; background: none }
header button:hover { background: color-mix(in srgb, currentColor 16%, transparent) }
header :focus-visible { outline-color: currentColor; outline-offset: -5px }
.log { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 16px 18px;
  overflow-wrap: anywhere }
.log:focus-visible { outline-offset: -4px }
p { margin: 0 0 10px }
p, h2, span, legend, label, u, small { unicode-bidi: plaintext } /* English where one reads from the right */
:is(h2, p, legend, label):dir(rtl):not(.question) { text-align: right }
.dim, .label, .vote, .status, th { color: var(--dim); font-size: .875em }
.label { margin: 12px 0 6px; font-weight: 600 }
.chips, .links { display: flex; flex-wrap: wrap; gap: 8px }
.links { gap: 4px 18px; margin: 0 }
.chips + .links { margin-block-start: 10px }
.chips button, .plain { padding: 8px 14px; border: 1px solid var(--edge); border-radius: 22px; background: var(--paper);
  text-align: start; line-height: 1.35 }
.chips button:hover, .plain:hover { background: var(--soft); border-color: var(--ink) }
.plain { display: inline-flex; align-items: center; min-height: 44px; border-radius: 8px;
  color: inherit; text-decoration: none }
.solid { padding: 8px 18px; border-radius: 8px; font-weight: 600 }
.turn { padding-block: 14px }
.turn:last-child { min-height: 100% }
.question { width: fit-content; max-width: 88%; margin-inline-start: auto; margin-block-end: 14px; padding: 8px 14px;
  border-radius: 16px; border-end-end-radius: 4px; white-space: pre-wrap }
.text { font-size: 1.0625em }
p.text { white-space: pre-line }
.text table { font-size: .9em }
figure { margin: 12px 0; padding: 12px 14px 0; border-inline-start: 3px solid var(--accent); border-radius: 4px;
  background: var(--soft) }
blockquote { margin: 0 }
blockquote:not(.text) { font-size: .9375em }
blockquote p:last-child { margin: 0 }
ul { margin: 0; padding-inline-start: 1.2em }
.near { padding: 0; list-style: none }
table { border-collapse: collapse; width: 100%; overflow-wrap: break-word }
th, td { padding: 4px 0; padding-inline-end: 12px; text-align: start; vertical-align: top;
  border-block-end: 1px solid var(--line) }
tr:last-child td { border: 0 }
a { color: var(--link); text-underline-offset: 3px }
.links a:not(.plain) { display: inline-flex; align-items: center; min-height: 44px; font-size: .875em }
.place { display: inline-block; min-height: 44px; padding-block: 10px; font-size: .9375em; line-height: 1.35; text-decoration: none }
.place u { text-underline-offset: 3px }
.place svg { width: 1em; height: 1em; margin-inline-start: 6px; vertical-align: -.1em }
.place small { display: block; color: var(--dim); font-size: .9333em }
:dir(rtl) > svg.out { transform: scaleX(-1) }
summary { padding-block: 10px; min-height: 44px; cursor: pointer; color: var(--dim); font-size: .9375em }
.vote { margin-block-start: 10px }
.vote .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px }
.vote .bar button { display: inline-flex; align-items: center; justify-content: center; gap: 6px; padding: 4px 10px;
  border: 1px solid transparent; border-radius: 8px; background: none }
.vote .bar button:hover { background: var(--soft) }
.vote [aria-pressed=true] { border-color: currentColor; color: var(--ink); font-weight: 600 }
.vote svg { width: 1.25em; height: 1.25em }
svg.flip { transform: rotate(180deg) }
.vote form { margin-block: 8px; padding: 10px 14px 14px; border: 1px solid var(--line); border-radius: 8px; color: var(--ink);
  font-size: 1.0714em }
fieldset { margin: 0; padding: 0; border: 0 }
legend { padding: 0 }
legend, th { font-weight: 600 }
label { display: flex; align-items: center; gap: 10px; min-height: 44px; cursor: pointer }
label input { width: 20px; height: 20px; flex: none; margin: 0; accent-color: var(--accent) }
label.above { display: block; min-height: 0; margin-block: 6px 12px }
textarea { display: block; width: 100%; min-height: 44px; padding: 9px 14px; resize: none; border: 1px solid var(--edge);
  border-radius: 22px; background: var(--paper); color: var(--ink); font-size: max(16px, 1rem); field-sizing: content; max-height: 7.5em }
.above textarea { margin-block-start: 4px; border-radius: 8px; min-height: 66px }
::placeholder { color: var(--dim); opacity: 1 }
.status { margin: 0; padding: 0 18px }
.status:not(:empty) { padding-block: 4px }
.compose { display: flex; align-items: flex-end; gap: 8px; padding: 10px 12px; border-block-start: 1px solid var(--line) }
.compose label { display: block; flex: 1; min-width: 0 }
.compose button { display: grid; place-items: center; flex: none; padding: 0; border-radius: 50% }
textarea:focus-visible { outline-offset: -1px }
.compose [aria-disabled=true] { opacity: .55; cursor: default }
.error { padding: 10px 14px 14px; border: 1px solid var(--edge); border-radius: 8px }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media ${SMALL} {
  dialog.panel { inset: 0 !important; width: 100%; height: 100%; border: 0; border-radius: 0 }
  .log { padding-inline: 14px }
}
@media (max-height: 420px) { /* zoomed to 400 %: there is no room for a log that scrolls on its own */
  dialog.panel, section.panel { overflow: auto }
  section.panel { height: auto }
  .log { flex: 1 0 auto; overflow: visible }
}
@media (prefers-reduced-motion: no-preference) {
  dialog.panel { animation: rise .16s ease-out }
  @keyframes rise { from { opacity: 0; transform: translateY(8px) } }
}
@media (forced-colors: active) {
  header, .launcher, .solid, .question, .compose button { border-color: ButtonBorder }
  [aria-pressed=true] { outline: 2px solid Highlight }
  .compose [aria-disabled=true] { color: GrayText; opacity: 1 }
}
@media print { :host(:not([data-position=inline])) { display: none } }`;

  const ICONS = {
    ask: 'M4 5h16v11H12l-4 4v-4H4zM8 9.5h8M8 12.5h5',
    send: 'M12 20V4M5 11l7-7 7 7',
    close: 'M6 6l12 12M18 6L6 18',
    restart: 'M4 4v6h6M4.6 10A8 8 0 1 1 5 15.5',
    out: 'M8 16L17 7M9 7h8v8',
    thumb: 'M7 11v9H4v-9zl4-8c1.6 0 2.5 1 2.5 2.6V9H19a2 2 0 0 1 2 2.3l-1.2 7a2 2 0 0 1-2 1.7H7',
  };

  const pace = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth');

  // Elements ------------------------------------------------------------------------------------------

  /** An element with attributes, listeners (`onclick: …`) and children; a string becomes a text node. */
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === 'function') element.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter(Boolean));
    return element;
  };

  const icon = (name, extra = '') => {
    const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('class', extra);
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  };

  /** Black or white, whichever reads better on a colour; nothing for what is not an opaque colour. */
  const inkOn = (color) => {
    if (!CSS.supports('color', color)) return '';
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = color;
    const hex = /^#(..)(..)(..)$/.exec(canvas.fillStyle);
    if (!hex) return '';
    const [red, green, blue] = hex.slice(1).map((pair) => {
      const level = parseInt(pair, 16) / 255;
      return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
  };

  /** A link target that cannot run anything. An e-mail address becomes mailto. */
  const safe = (text) => {
    try {
      const url = new URL(/^[^\s/:@]+@[^\s/:@]+$/.test(text) ? `mailto:${text}` : text, document.baseURI);
      return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : '';
    } catch {
      return '';
    }
  };

  // Quotes --------------------------------------------------------------------------------------------

  /** The words of a piece of Markdown, without its marks. */
  const words = (markdown) =>
    markdown
      .replace(/!?\[([^\]]*)\]\([^()\s]*(?:\s+"[^"]*")?\)/g, '$1')
      .replace(/<(https?:[^>\s]+)>/g, '$1')
      .replace(/(\*\*|__|~~|`)(?=\S)(.+?)\1/g, '$2')
      .replace(/(^|[^\w*\\])([*_])(?=[^\s*_])(.*?[^\s\\])\2(?![\w*])/g, '$1$3')
      .replace(/\\([!-/:-@[-`{-~])/g, '$1')
      .trim();

  /** Cuts a quote into blocks: {kind: 'text' | 'item' | 'row' | 'head', cells: [words…]}. */
  const cut = (markdown) => {
    const blocks = [];
    let open = null; // the paragraph or item that the next line may continue
    for (const line of markdown.split('\n').map((one) => one.trim())) {
      const item = /^(?:[-*+]|\d+[.)])\s+(.*)/.exec(line);
      if (!line) open = null;
      else if (/^\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?$/.test(line)) {
        if (blocks.at(-1)?.kind === 'row') blocks.at(-1).kind = 'head';
      } else if (/^\||\s\|\s/.test(line)) {
        const cells = line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/);
        blocks.push({ kind: 'row', cells: cells.map(words) });
        open = null;
      } else if (item || !open) {
        open = { kind: item ? 'item' : 'text', cells: [item ? item[1] : line.replace(/^#+\s+|\s*\{#[^}]*\}$/g, '')] };
        blocks.push(open);
      } else open.cells[0] += ' ' + line;
    }
    for (const block of blocks) if (block.kind !== 'row') block.cells = block.cells.map(words);
    return blocks.filter((block) => block.cells.some(Boolean));
  };

  /** The quote's blocks; where it is made of table rows only, the header comes from the passage. */
  const blocksOf = (source) => {
    const blocks = cut(source.quote || '');
    if (!blocks.length || blocks[0].kind !== 'row') return blocks;
    const head = cut(source.passage || '').find((block) => block.kind === 'head');
    return head && head.cells.length === blocks[0].cells.length ? [head, ...blocks] : blocks;
  };

  /** The text directive (what follows `:~:text=`) that finds a quote on the page of its guide.
      One piece of text is named whole. A match may not reach over the end of a cell or block, but a range may,
      and so may the prefix: a row is found behind the cell before it, since its first cell may stand elsewhere. */
  const directive = ({ quote = '', passage = '' }) => {
    const cells = cut(quote).map((block) => block.cells.filter(Boolean));
    const code = (text) => encodeURIComponent(text).replace(/-/g, '%2D');
    if (!cells.length) return '';
    const [first, last] = [cells[0], cells.at(-1)];
    if (first.length > 1) {
      const rows = cut(passage).map((block) => block.cells.filter(Boolean));
      const before = rows[rows.findIndex((row) => row.join('|') === first.join('|')) - 1];
      return [...(before ? [code(before.at(-1)) + '-'] : []), code(first[0]), code(last.at(-1))].join(',');
    }
    if (cells.length === 1 && first[0].length <= 300) return code(first[0]);
    return [first[0].split(/\s+/).slice(0, 5), last.at(-1).split(/\s+/).slice(-5)].map((some) => code(some.join(' '))).join(',');
  };

  // White space and the shape of quotes and dashes differ between a guide file and its page.
  const ALIKE = { '’': "'", '‘': "'", '“': '"', '”': '"', '–': '-', '—': '-', '‑': '-' };
  const skeleton = (text) => [...text].map((c) => (/[\s\u00ad\u200b]/.test(c) ? '' : ALIKE[c] || c)).join('');

  const spoken = (quote = '') => skeleton(cut(quote).flatMap((block) => block.cells).join(''));

  /** Whether a reply only says what the quote says: the same sentences, or a whole list or table written in a line.
      Then it is shown once, as what it is. */
  const repeats = (text, quote = '') => {
    if (skeleton(text) === spoken(quote)) return true;
    const bag = (some) => new Set(some.toLowerCase().match(/[\p{L}\p{N}]+/gu));
    const blocks = cut(quote).filter(({ kind }) => kind !== 'head');
    const [said, quoted] = [bag(text), bag(blocks.flatMap(({ cells }) => cells).join(' '))];
    return blocks.length > 1 && [...quoted].every((word) => said.has(word)) && said.size - quoted.size < 4;
  };

  /** Where a quote stands on this page: a Range, or null. It is sought from `section` on, then from the top. */
  const locate = (quote, section) => {
    const wanted = spoken(quote);
    const places = []; // of each character of `text`: its node and offset
    let text = '';
    let start; // of the section, in `text`
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && wanted; node = walker.nextNode()) {
      if (node.parentElement.closest(`script, style, noscript, template, ${NAME}`)) continue;
      if (start === undefined && section?.compareDocumentPosition(node) & 4) start = text.length;
      for (let i = 0; i < node.data.length; i += 1) {
        const kept = skeleton(node.data[i]);
        if (kept) places.push([node, i]);
        text += kept;
      }
    }
    let at = wanted ? text.indexOf(wanted, start) : -1;
    if (at < 0 && wanted) at = text.indexOf(wanted);
    if (at < 0) return null;
    const range = document.createRange();
    range.setStart(...places[at]);
    const [node, offset] = places[at + wanted.length - 1];
    range.setEnd(node, offset + 1);
    return range;
  };

  // The element ---------------------------------------------------------------------------------------

  /** Why a request failed: forbidden, gone, slow, busy or fault. */
  class Failure extends Error {
    constructor(reason, status = 0) {
      super(reason);
      Object.assign(this, { reason, status });
    }
  }

  class AskGuide extends HTMLElement {
    turns = []; // [{question, answer}], oldest first
    queue = Promise.resolve(); // one question at a time, in order
    life = new AbortController(); // aborted when the element goes

    connectedCallback() {
      if (this.shadowRoot) return;
      const { color, endpoint, lang, title, zIndex } = this.dataset;
      const wanted = (lang || document.documentElement.lang || 'en').toLowerCase().split(/[-_]/)[0];
      this.language = WORDS[wanted] ? wanted : 'en';
      this.words = WORDS[this.language];
      this.name = title || this.words.title;
      this.endpoint = new URL(endpoint || (script ? new URL('.', script.src) : '.'), document.baseURI).href.replace(/\/$/, '');
      this.inline = this.dataset.position === 'inline';
      const [style, look] = [new CSSStyleSheet(), new CSSStyleSheet()];
      style.replaceSync(STYLE);
      look.insertRule(':host {}');
      const own = look.cssRules[0].style;
      if (inkOn(color)) own.setProperty('--accent', color), own.setProperty('--on-accent', inkOn(color));
      if (/^-?\d+$/.test(zIndex)) own.setProperty('--layer', zIndex);
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [style, look];
      if (this.inline) return this.build();
      this.launcher = make('button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false',
        onclick: () => this.open() }, icon('ask'), make('span', {}, this.name));
      this.shadowRoot.append(make('section', { 'aria-label': this.name, lang: this.language }, this.launcher));
    }

    disconnectedCallback() {
      this.life.abort();
      this.life = new AbortController();
      window.CSS.highlights?.delete('askguide');
    }

    /** Tells the page: a bubbling event `askguide:…` on the element. */
    tell(name, detail) {
      this.dispatchEvent(new CustomEvent(`askguide:${name}`, { bubbles: true, composed: true, detail }));
    }

    say(key, ...filling) {
      return filling.reduce((text, value) => text.replace('{}', () => value), this.words[key]);
    }

    // Panel

    build() {
      const button = (name, symbol, onclick) => make('button', { type: 'button', 'aria-label': this.say(name), title: this.say(name), onclick }, icon(symbol));
      this.heading = make('h2', { id: 'title', tabindex: '-1' }, this.name);
      this.log = make('div', { class: 'log', role: 'log', 'aria-label': this.say('log'), tabindex: '0' });
      this.status = make('p', { class: 'status', role: 'status' });
      this.input = make('textarea', { rows: '1', maxlength: '1000', autocomplete: 'off', enterkeyhint: 'send',
        placeholder: this.dataset.placeholder || this.say('placeholder'), onkeydown: (event) => this.typed(event) });
      this.sender = make('button', { 'aria-label': this.say('send'), title: this.say('send') }, icon('send'));
      this.panel = make(this.inline ? 'section' : 'dialog',
        { class: 'panel', id: 'panel', 'aria-labelledby': 'title', lang: this.language, onkeydown: (event) => this.pressed(event), onclose: () => this.closed() },
        make('header', {}, this.heading, button('restart', 'restart', () => this.restart()), !this.inline && button('close', 'close', () => this.close())),
        this.log,
        this.status,
        make('form', { class: 'compose', onsubmit: (event) => this.submitted(event) },
          make('label', {}, make('span', { class: 'away' }, this.say('placeholder')), this.input), this.sender));
      (this.shadowRoot.firstElementChild || this.shadowRoot).append(this.panel);
      this.launcher?.setAttribute('aria-controls', 'panel');
      this.small = matchMedia(SMALL);
      this.small.addEventListener('change', () => this.isConnected && this.panel.open && this.show());
      this.welcome();
      for (const turn of this.recall()) this.render(this.pose(turn.question), turn.question, turn.answer);
    }

    welcome() {
      const examples = (this.dataset.examples || '').split(/\s*[|\n]\s*/).filter(Boolean);
      this.log.replaceChildren(make('div', {}, make('p', {}, this.say('intro')),
        this.chips(this.say('examples'), examples),
        make('p', { class: 'links' }, this.link('contact'), this.link('privacy'))));
    }

    /** Opens the panel: over the page, or, where the screen is small, instead of it. */
    open() {
      if (!this.panel) this.build();
      if (this.inline) return this.input.focus();
      if (this.panel.open) return;
      const active = document.activeElement;
      this.opener = active && active !== document.body && active !== this ? active : this.launcher;
      this.launcher.hidden = true;
      this.launcher.setAttribute('aria-expanded', 'true');
      this.show();
      this.invite();
      this.scroll(this.log.lastElementChild);
      this.tell('open');
    }

    /** Puts the focus where the next question is typed; not where a keyboard would slide in over the answer. */
    invite() {
      (matchMedia('(pointer: coarse)').matches ? this.heading : this.input).focus();
    }

    show() {
      const focused = this.shadowRoot.activeElement;
      if (this.panel.open) this.panel.close();
      if (this.small.matches) this.panel.showModal();
      else this.panel.show();
      focused?.focus();
    }

    close() {
      if (!this.inline) this.panel?.close();
    }

    closed() {
      if (this.panel.open) return; // it was only shown anew, for another size of the screen
      this.launcher.hidden = false;
      this.launcher.setAttribute('aria-expanded', 'false');
      const opener = this.opener?.isConnected ? this.opener : this.launcher;
      opener.focus({ preventScroll: true });
      this.tell('close');
    }

    destroy() {
      this.close();
      this.remove();
      delete window.Askguide;
    }

    pressed(event) {
      if (event.key !== 'Escape' || event.isComposing || this.inline) return;
      event.stopPropagation();
      this.close();
    }

    typed(event) {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.input.form.requestSubmit();
    }

    submitted(event) {
      event.preventDefault();
      const question = this.input.value.trim();
      if (!question || this.busy) return;
      this.input.value = '';
      this.ask(question);
    }

    /** Brings the start of a turn to the top, so that a long answer is read from its beginning. */
    scroll(element) {
      const scroller = [this.log, this.panel].find((one) => getComputedStyle(one).overflowY === 'auto');
      if (!element || element === this.log.firstElementChild || !scroller) return;
      const top = scroller.scrollTop + element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 12;
      scroller.scrollTo({ top, behavior: pace() });
    }

    // Questions

    /** Asks; resolves to the Answer, or to null when there was none. */
    ask(question) {
      const text = String(question).trim().slice(0, 1000);
      if (!text) return Promise.resolve(null);
      if (this.inline || !this.panel?.open) this.open();
      return this.line(() => this.take(text, this.pose(text)));
    }

    line(next) {
      return (this.queue = this.queue.then(next, next));
    }

    /** Puts a question into the log; its reply is added later, once, when it is whole. */
    pose(question) {
      const turn = make('div', { class: 'turn' },
        make('p', { class: 'question' }, make('span', { class: 'away' }, this.say('asked') + ' '), make('bdi', {}, question)));
      this.log.append(turn);
      this.scroll(turn);
      return turn;
    }

    async take(question, turn) {
      this.setBusy(true);
      try {
        const body = { question, history: this.turns.map((one) => one.question).slice(-20) };
        if (this.dataset.guide) body.guide = this.dataset.guide;
        const answer = await this.post('answers', body);
        if (typeof answer?.text !== 'string') throw new Failure('fault');
        this.turns.push({ question, answer });
        this.keep();
        this.render(turn, question, answer);
        this.scroll(turn);
        this.tell('answer', answer);
        return answer;
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        if (this.isConnected) this.fail(turn, question, failure);
        return null;
      } finally {
        this.setBusy(false);
      }
    }

    setBusy(busy) {
      this.busy = busy;
      this.sender.setAttribute('aria-disabled', busy);
      clearTimeout(this.patience);
      if (busy) this.patience = setTimeout(() => (this.status.textContent = this.say('searching')), PATIENCE);
      this.status.textContent = '';
    }

    async post(path, body) {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), TIMEOUT);
      try {
        const response = await fetch(`${this.endpoint}/api/v1/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          credentials: 'omit',
          cache: 'no-store',
          signal: AbortSignal.any([stop.signal, this.life.signal]),
        });
        if (response.ok) return response.status === 204 ? null : await response.json();
        throw new Failure({ 403: 'forbidden', 429: 'busy', 503: 'busy' }[response.status] || 'fault', response.status);
      } catch (error) {
        if (error instanceof Failure) throw error;
        if (error instanceof SyntaxError) throw new Failure('fault');
        throw new Failure(stop.signal.aborted ? 'slow' : this.isConnected ? await this.diagnose() : 'gone');
      } finally {
        clearTimeout(timer);
      }
    }

    /** A browser does not say why it refused an answer. Our /healthz may be read by allowed sites only,
        our script by every site: who can read what tells which of three things has happened. */
    async diagnose() {
      const reads = (path, method) =>
        fetch(this.endpoint + path, { method, credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(5000) })
          .then((response) => response.ok, () => false);
      if (await reads('/healthz', 'GET')) return 'fault';
      if (!(await reads('/widget.js', 'HEAD'))) return 'gone';
      console.error(`Askguide: ${location.origin} may not use ${this.endpoint}. Its operator can add the site: CHATBOT_ALLOWED_ORIGINS=${location.origin}`);
      return 'forbidden';
    }

    fail(turn, question, { reason, status }) {
      const again = () => {
        block.remove();
        this.invite();
        this.line(() => this.take(question, turn));
      };
      const block = make('div', { class: 'error' }, make('p', {}, this.say(reason, location.host)),
        make('p', { class: 'links' }, make('button', { class: 'solid', type: 'button', onclick: again }, this.say('retry')), this.link('contact', 'plain')));
      turn.append(block);
      this.scroll(turn);
      this.tell('error', { question, reason, status });
    }

    restart() {
      this.turns = [];
      try { sessionStorage.removeItem(this.drawer); } catch { /* the page has no storage */ }
      this.welcome();
      this.invite();
    }

    // The talk, kept for the next page of this tab

    get drawer() {
      return `askguide ${this.endpoint} ${this.dataset.guide || ''}`;
    }

    keep() {
      try { sessionStorage.setItem(this.drawer, JSON.stringify(this.turns.slice(-20))); } catch { /* not kept, then */ }
    }

    recall() {
      try { this.turns = JSON.parse(sessionStorage.getItem(this.drawer)).filter((turn) => turn.answer.text); } catch { /* nothing to recall */ }
      return this.turns;
    }

    // Answers

    render(turn, question, answer) {
      const { kind, text, suggestions = [], sources = [], understood_as: understood } = answer;
      const declined = kind === 'no_answer';
      const bare = (some) => some.toLowerCase().replace(/[\s\p{P}]+/gu, ' ').trim();
      const same = kind === 'answer' && sources[0] && repeats(text, sources[0].quote);
      // An empty lang: the guide's language is not known here, and need not be the interface's.
      const reply = make('div', { class: 'reply' },
        understood && kind !== 'small_talk' && bare(understood) !== bare(question) && make('p', { class: 'dim' }, this.say('understood', understood)),
        !same && make('p', { class: 'text', dir: 'auto', lang: '' }, text),
        kind === 'answer' && sources[0] && this.quote(sources[0], same && 'text'),
        make('div', { 'aria-live': 'off' },
          kind === 'answer' && sources.length > 1 && this.more(sources.slice(1, 4)),
          declined && sources.length > 0 && [make('p', { class: 'label' }, this.say('nearest')), this.list(sources.slice(0, 3))],
          declined && this.link('contact', 'plain'),
          this.chips(this.say(kind === 'clarify' ? 'choose' : 'next'), suggestions),
          ['answer', 'no_answer'].includes(kind) && this.vote(answer)));
      turn.append(reply);
    }

    quote(source, look) {
      const lines = [];
      const into = (tag, child) => {
        if (lines.at(-1)?.localName !== tag) lines.push(make(tag));
        lines.at(-1).append(child);
      };
      for (const { kind, cells } of blocksOf(source)) {
        if (kind === 'text') lines.push(make('p', {}, cells[0]));
        else if (kind === 'item') into('ul', make('li', {}, cells[0]));
        else into('table', make('tr', {}, cells.map((cell) => make(kind === 'head' ? 'th' : 'td', kind === 'head' ? { scope: 'col' } : {}, cell))));
      }
      return make('figure', {}, make('blockquote', { class: look, dir: 'auto', lang: '' }, lines), make('figcaption', {}, this.place(source)));
    }

    more(sources) {
      return make('details', {}, make('summary', {}, this.say('more', sources.length)), sources.map((source) => this.quote(source)));
    }

    list(sources) {
      const several = new Set(sources.map((source) => source.guide)).size > 1;
      return make('ul', { class: 'near' }, sources.map((source) => make('li', {}, this.place(source, several))));
    }

    /** A link that lands on the words: on this page if it is the guide's, else on the page where they stand. */
    place(source, named = true) {
      const [guide, section = ''] = (source.ref || '').split('#');
      const found = directive(source);
      const own = `${this.endpoint}/guides/${encodeURIComponent(guide)}#${encodeURIComponent(section)}${found && `:~:text=${found}`}`;
      const href = (source.url && /^https?:/.test(safe(source.url)) && safe(source.url)) || own;
      const here = this.dataset.guidePage === guide || href.split('#')[0] === location.href.split('#')[0];
      const away = !here && [icon('out', 'out'), make('span', { class: 'away' }, ` (${this.say('tab')})`)];
      return make('a', { class: 'place', href, target: !here && '_blank', rel: 'noopener', onclick: (event) => here && this.point(event, source, section) },
        make('u', {}, source.section || source.guide), away, source.section && named && make('small', {}, source.guide));
    }

    /** Scrolls this page to the quote and marks it. Without the quote: to its section. Without that: follows the link. */
    point(event, source, section) {
      const heading = section ? document.getElementById(section) : null;
      const range = locate(source.quote, heading);
      const target = range?.startContainer.parentElement || heading;
      if (!target) return;
      event.preventDefault();
      if (this.small.matches) this.close();
      for (let box = target.closest('details'); box; box = box.parentElement.closest('details')) box.open = true;
      // The selection is also where the next Tab goes on from.
      if (range) getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
      if (range && window.Highlight) {
        AskGuide.mark ||= new CSSStyleSheet();
        AskGuide.mark.replaceSync('::highlight(askguide) { background: Mark; color: MarkText }');
        if (!document.adoptedStyleSheets.includes(AskGuide.mark)) document.adoptedStyleSheets.push(AskGuide.mark);
        CSS.highlights.set('askguide', new Highlight(range));
        getSelection().collapseToStart();
      }
      target.scrollIntoView({ block: 'center', behavior: pace() });
      this.status.textContent = this.say('shown', source.section || source.guide);
    }

    chips(label, questions) {
      if (!questions.length) return null;
      return make('div', { role: 'group', 'aria-label': label }, make('p', { class: 'label' }, label),
        make('div', { class: 'chips' }, questions.map((question) =>
          make('button', { type: 'button', dir: 'auto', onclick: () => { if (!this.busy) this.invite(), this.ask(question); } }, question))));
    }

    link(name, look = '') {
      const href = this.dataset[name] && safe(this.dataset[name]);
      return href && make('a', { class: look, href, target: /^http/.test(href) && '_blank', rel: 'noopener' }, this.say(name));
    }

    // Votes

    vote(answer) {
      const box = make('div', { class: 'vote' });
      const thumb = (rating) => make('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.rate(answer, rating, box) },
        icon('thumb', rating === 'down' ? 'flip' : ''), this.say(rating));
      box.thumbs = { up: thumb('up'), down: thumb('down') };
      box.append(make('div', { class: 'bar', role: 'group', 'aria-label': this.say('helpful') }, make('span', {}, this.say('helpful')), Object.values(box.thumbs)));
      return box;
    }

    /** A thumb counts at once; reasons and a comment may follow it. */
    async rate(answer, rating, box, details) {
      const thumb = box.thumbs[rating];
      if (!details) {
        if (thumb.ariaPressed === 'true') return;
        for (const one of Object.values(box.thumbs)) one.ariaPressed = one === thumb;
        box.querySelector('form')?.remove();
        if (rating === 'down') box.append(this.form(answer, box));
        const form = box.querySelector('form');
        form?.querySelector('input').focus();
        form?.scrollIntoView({ block: 'nearest' });
      }
      const vote = { answer_id: answer.id, rating, ...details };
      try {
        await this.post('feedback', vote);
        if (details) thumb.focus(), box.querySelector('form').remove();
        this.status.textContent = this.say('thanks');
        this.tell('vote', vote);
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        if (!details) thumb.ariaPressed = false;
        this.status.textContent = this.say('unsaved');
        this.tell('error', { reason: failure.reason, status: failure.status });
      }
    }

    form(answer, box) {
      const comment = make('textarea', { rows: '2', maxlength: '1000' });
      const checks = Object.entries(REASONS).map(([word, value]) => [make('input', { type: 'checkbox', value }), this.say(word)]);
      const send = (event) => {
        event.preventDefault();
        this.rate(answer, 'down', box, { reasons: checks.filter(([check]) => check.checked).map(([check]) => check.value), comment: comment.value.trim() });
      };
      return make('form', { onsubmit: send },
        make('fieldset', {}, make('legend', {}, this.say('why')), checks.map((check) => make('label', {}, check))),
        make('label', { class: 'above' }, this.say('comment'), comment),
        make('button', { class: 'solid' }, this.say('send')));
    }
  }

  // The page ------------------------------------------------------------------------------------------

  if (!customElements.get(NAME)) customElements.define(NAME, AskGuide);

  /** The page's <ask-guide>; where it wrote none, one with the attributes of the script. */
  const mount = () => {
    let element = document.querySelector(NAME);
    if (element) return element;
    element = document.createElement(NAME);
    Object.assign(element.dataset, script?.dataset);
    if (element.dataset.position === 'inline' && document.body.contains(script)) script.after(element);
    else document.body.append(element);
    return element;
  };
  const ready = new Promise((done) => {
    if (document.readyState !== 'loading') done();
    else document.addEventListener('DOMContentLoaded', done);
  });
  ready.then(mount);
  const call = (method) => (...given) => ready.then(() => mount()[method](...given));
  window.Askguide = Object.freeze({ open: call('open'), close: call('close'), ask: call('ask'), destroy: call('destroy') });
})();
