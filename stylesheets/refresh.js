// Asks for the same page again every few seconds and takes over what has changed, node by node: whatever the reader
// is at (focus, selection, opened groups, a half-written filter) stays as it is.

const PAUSED = 'ptpmgr-paused';

export function keepFresh(body, afterwards) {
  const seconds = Number(body.dataset.refresh);
  const button = document.getElementById('pause');
  const live = document.getElementById('live');
  if (!seconds || !button || !live) return;

  let paused = sessionStorage.getItem(PAUSED) === 'yes';
  let failures = 0;
  const show = () => {
    button.hidden = false;
    button.setAttribute('aria-pressed', String(paused));
    button.textContent = paused ? 'Resume' : 'Pause';
  };
  button.addEventListener('click', () => {
    paused = !paused;
    sessionStorage.setItem(PAUSED, paused ? 'yes' : 'no');
    show();
    if (!paused) void refresh();
  });

  const refresh = async () => {
    const address = new URL(location.href);
    address.hash = '';
    address.searchParams.delete('notice');
    try {
      const response = await fetch(address, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(seconds * 3000) });
      if (!response.ok) throw new Error(String(response.status));
      const next = new DOMParser().parseFromString(await response.text(), 'text/html');
      const content = next.getElementById('content');
      if (!content || paused) return;
      morph(document.getElementById('content'), content);
      document.title = next.title;
      live.replaceChildren(...document.importNode(next.getElementById('live'), true).childNodes);
      failures = 0;
      await afterwards();
    } catch {
      failures++;
      live.textContent = 'No answer; what is shown may be old. Trying again.';
    }
  };

  const tick = async () => {
    if (!paused && document.visibilityState === 'visible') await refresh();
    // After failures ask less often, up to a minute.
    setTimeout(tick, Math.min(seconds * 2 ** failures, 60) * 1000);
  };
  document.addEventListener('visibilitychange', () => {
    if (!paused && document.visibilityState === 'visible') void refresh();
  });
  show();
  setTimeout(tick, seconds * 1000);
}

// Makes `old` equal to `next` with as little change as possible.
function morph(old, next) {
  if (old.isEqualNode(next) || isKept(old)) return;
  morphAttributes(old, next);
  const theirs = [...next.childNodes];
  // A row that has an id stays the same row, with its tick, wherever it has gone and whatever has come before it.
  const ids = new Set(theirs.map(({ id }) => id).filter(Boolean));
  theirs.forEach((child, index) => {
    const known = child.id ? [...old.children].find((one) => one.id === child.id) : undefined;
    if (known && known !== old.childNodes[index]) old.insertBefore(known, old.childNodes[index]);
    const mine = old.childNodes[index];
    if (!known && ids.has(mine?.id)) old.insertBefore(document.importNode(child, true), mine);
    else if (!mine) old.append(document.importNode(child, true));
    else if (!alike(mine, child)) mine.replaceWith(document.importNode(child, true));
    else if (child.nodeType === Node.ELEMENT_NODE) morph(mine, child);
    else if (mine.data !== child.data) {
      mine.data = child.data;
      flash(mine.parentElement);
    }
  });
  for (const left of [...old.childNodes].slice(theirs.length)) left.remove();
}

// A filter or a form that is being written, and a chart that draws itself.
const isKept = (element) => element.matches?.('form.filter, form.act, .plot.zoomable, .zoom');

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? '') === (b.id ?? '');

function morphAttributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && name !== 'open' && name !== 'class') old.removeAttribute(name);
  }
  for (const { name, value } of [...next.attributes]) {
    if (old.getAttribute(name) !== value && !(name === 'open' && old.nodeName === 'DETAILS')) old.setAttribute(name, value);
  }
}

// Numbers that have changed light up for a moment; times that only go on do not.
function flash(element) {
  const cell = element?.closest('td.number, .counts b');
  if (!cell || cell.matches('.age') || cell.querySelector('time')) return;
  cell.classList.remove('changed');
  void cell.offsetWidth;
  cell.classList.add('changed');
}
