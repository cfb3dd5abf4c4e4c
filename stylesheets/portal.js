// What a page does beyond being read: it keeps itself fresh, and its chart can be zoomed.
// Everything works without this file.
import { keepFresh } from './refresh.js';

const chart = document.querySelector('[data-chart]') ? await import('./zoom.js') : undefined;
await chart?.attach();
keepFresh(document.body, () => chart?.attach());

for (const link of document.querySelectorAll('a[data-format]')) {
  const address = new URL(location.href);
  address.searchParams.set('format', link.dataset.format);
  link.href = address.href;
}
