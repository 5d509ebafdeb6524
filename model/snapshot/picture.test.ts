/** The picture of the guide: a copy map that fills while its volume is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { drawFrom, Machine } from './testing/machine.ts';
import { formattedStore, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const blocks = 96;
const cell = 8;
const rows = 40;
const picturePath = fileURLToPath(new URL('../../docs/images/copy-map.svg', import.meta.url));

/** In the source still; copied by the background; copied before a write. */
const colours = ['#e5e7eb', '#2563eb', '#ea580c'] as const;

const runsOf = (kinds: readonly number[]): readonly { begin: number; length: number; kind: number }[] => {
  const runs: { begin: number; length: number; kind: number }[] = [];
  for (const [begin, kind] of kinds.entries()) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.length += 1;
    else runs.push({ begin, length: 1, kind });
  }
  return runs;
};

const svgOf = (moments: readonly (readonly number[])[]): string => {
  const cells = moments.flatMap((moment, row) =>
    runsOf(moment).map(
      ({ begin, length, kind }) =>
        `<rect x="${begin * cell}" y="${row * cell + 28}" width="${length * cell - 1}" height="7" fill="${colours[kind]}"/>`,
    ),
  );
  const legend = ['still in the volume', 'copied in the background', 'copied before a write'].map(
    (text, kind) =>
      `<rect x="${kind * 190}" y="4" width="12" height="12" fill="${colours[kind]}"/><text x="${kind * 190 + 18}" y="15">${text}</text>`,
  );
  const size = `viewBox="0 0 ${blocks * cell} ${moments.length * cell + 28}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="A copy map that fills" font-family="sans-serif" font-size="13">`,
    ...legend,
    ...cells,
    '</svg>',
    '',
  ].join('\n');
};

test('the picture of a copy map that fills is that of a run', async () => {
  const geometry = smallGeometry(blocks);
  const machine = new Machine(3);
  const draw = drawFrom(3);
  const source = randomSource(draw, geometry.sourceSize);
  const { volume, take } = await openRun(machine, { source, store: await formattedStore(geometry, 2 ** 17) });
  await take('monday');
  const snapshot = volume.snapshot('monday');
  const moments: number[][] = [];
  const look = (): void => {
    moments.push(
      Array.from({ length: blocks }, (_, block) =>
        volume.isCopied(snapshot, block) ? (volume.isChanged(snapshot, null, block) ? 2 : 1) : 0,
      ),
    );
  };
  look();
  while (moments.length < rows && moments.at(-1)?.includes(0) === true) {
    const offset = draw(geometry.sourceSize - 8);
    await volume.write(offset, new Uint8Array(8).fill(1));
    for (let rest = 0; rest < 3; rest += 1) await machine.while();
    look();
  }
  await volume.close();
  const picture = svgOf(moments);
  if (process.env.PORTCULLIS_WRITE_GUIDES === '1') writeFileSync(picturePath, picture);
  expect(readFileSync(picturePath, 'utf8')).toBe(picture);
});
