/**
 * Judges each access of a guest or a device that reaches memory, at the very step at which it does: by the page map and the frame table as they
 * are then, which it reads for itself. What was taken back is in no page map; while it is being taken back, it is still there, as held.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { pageBytes } from '../guest/layout.ts';
import type { Hypervisor } from '../index.ts';
import type { OrdersPlatform } from './orders/platform.ts';

const entryBytes = 16;
const indexBits = 9;
const inputOutput = 15;

/** Bits of an entry: what the memory management unit's page calls them, and 1 to 3, which say what is there where it is not valid. */
const isValid = (low: bigint): boolean => (low & 1n) !== 0n;
const isLeaf = (low: bigint): boolean => (low & 2n) !== 0n;
const isHeld = (low: bigint): boolean => ((low >> 1n) & 7n) === 1n;
const frameIn = (half: bigint): number => Number((half >> 12n) & (2n ** 36n - 1n));

interface Asked {
  readonly domain: number;
  readonly address: number;
  readonly write: boolean;
}

export interface Reach {
  /** Accesses that reached a memory. */
  accesses: number;
  /** Those that did so where they must not. */
  readonly strayed: string[];
}

export const watchReach = ({ units, content, steps }: OrdersPlatform, { memory }: Hypervisor): Reach => {
  const { layout } = memory.areas;
  const { frames } = layout;
  const reach: Reach = { accesses: 0, strayed: [] };
  const halves = (at: number) => ({ low: content.word(0, at), high: content.word(0, at + 8) });

  /** The frame of a page in a memory, by the tables in memory. */
  const mapped = (domain: number, page: number, memoryIndex: 0 | 1): number | undefined => {
    let at = layout.areas.domainTable.firstFrame * pageBytes + entryBytes * domain;
    for (let level = 3; ; level -= 1) {
      const { low, high } = halves(at);
      const ends = level === 0 || isLeaf(low);
      if (!isValid(low) || ends) {
        if (!(isValid(low) || isHeld(low)) || level > 1) return undefined;
        const inside = level === 1 ? page % 2 ** indexBits : 0;
        return frameIn(memoryIndex === 0 ? low : high) + inside;
      }
      const index = Math.floor(page / 2 ** (indexBits * (level - 1))) % 2 ** indexBits;
      at = frameIn(low) * pageBytes + entryBytes * index;
    }
  };

  const judge = (domain: number, address: number, reached: number, memoryIndex: 0 | 1): string | undefined => {
    const frame = Math.floor(reached / pageBytes);
    const record = content.word(
      memoryIndex,
      layout.areas.frameTable.firstFrame * pageBytes + 8 * (memoryIndex * frames + frame),
    );
    const [state, owner, references] = [record & 15n, Number((record >> 4n) & 15n), (record >> 16n) & 0xffffn];
    if (state !== 3n) return `frame ${frame}, which is no page`;
    if (owner !== domain && references === 0n) return `frame ${frame} of domain ${owner}, which nobody else may reach`;
    const now = mapped(domain, Math.floor(address / pageBytes), memoryIndex);
    return now === frame ? undefined : `frame ${frame} of domain ${owner}, where ${now ?? 'nothing'} is mapped`;
  };

  const access = units.access.bind(units);
  const asked = new AsyncLocalStorage<Asked>();
  units.access = (domain, address, given) =>
    asked.run({ domain, address, write: typeof given !== 'number' }, () => access(domain, address, given));

  /** Whose access reaches memory in this step. */
  let now: Asked | undefined;
  const take = steps.take.bind(steps);
  steps.take = (what, use, perform, ...more) => {
    const own = what === 'reaches memory' ? asked.getStore() : undefined;
    if (own === undefined) return take(what, use, perform, ...more);
    const judged = (): Uint8Array | undefined => {
      now = own;
      try {
        return perform();
      } finally {
        now = undefined;
      }
    };
    return take(what, use, judged, ...more);
  };

  const note = (memoryIndex: 0 | 1, reached: number): void => {
    if (now === undefined) return;
    const { domain, address, write } = now;
    reach.accesses += 1;
    const what = judge(domain, address, reached, memoryIndex);
    const who = domain === inputOutput ? 'a device' : `domain ${domain}`;
    if (what !== undefined)
      reach.strayed.push(`${who} ${write ? 'writes' : 'reads'} at 0x${address.toString(16)} ${what}`);
  };
  const read = content.read.bind(content);
  content.read = (memoryIndex, address, bytes) => {
    note(memoryIndex, address);
    return read(memoryIndex, address, bytes);
  };
  const write = content.write.bind(content);
  content.write = (memoryIndex, address, data) => {
    note(memoryIndex, address);
    write(memoryIndex, address, data);
  };
  return reach;
};
