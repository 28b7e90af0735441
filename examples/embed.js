// What a page may do with the widget: ask for its visitors, and listen.
for (const button of document.querySelectorAll('[data-ask]')) {
  button.addEventListener('click', () => window.Askguide?.ask(button.dataset.ask));
}
const heard = document.querySelector('.heard');
document.addEventListener('askguide:answer', ({ detail }) => {
  heard.textContent = `The widget answered (${detail.kind}): ${detail.sources[0]?.ref ?? 'no source'}`;
});
document.addEventListener('askguide:error', ({ detail }) => {
  heard.textContent = `The widget could not answer: ${detail.reason}`;
});
