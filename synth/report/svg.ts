/** Pieces of SVG that the plots share. Colours come from the page's style sheet, so that plots follow its light and dark themes. */

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const attribute = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : escapeText(value);

export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string | readonly string[] = '',
): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const inner = typeof content === 'string' ? content : content.join('');
  return `<${name}${written.join('')}>${inner}</${name}>`;
};

export const label = (
  x: number,
  y: number,
  text: string,
  className: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string => element('text', { x, y, class: className, 'text-anchor': anchor }, escapeText(text));

/** Ticks from 0 to at least `maximum`, about `wanted` of them, at steps of 1, 2 or 5 times a power of ten. */
export const ticksUpTo = (maximum: number, wanted: number): number[] => {
  const rough = Math.max(maximum, 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  return Array.from({ length: Math.ceil(Math.max(maximum, 1) / step) + 1 }, (_, index) => index * step);
};

/** Moves labels apart that would overlap, keeping their order and as near to their wish as that allows. */
export const spread = (wishes: readonly number[], gap: number, lowest: number, highest: number): number[] => {
  const order = wishes.map((wish, index) => ({ wish, index })).sort((a, b) => a.wish - b.wish);
  const places: number[] = [];
  let least = lowest;
  for (const { wish, index } of order) {
    places[index] = Math.max(wish, least);
    least = (places[index] ?? 0) + gap;
  }
  let most = highest;
  for (const { index } of order.reverse()) {
    places[index] = Math.min(places[index] ?? 0, most);
    most = (places[index] ?? 0) - gap;
  }
  return places;
};
