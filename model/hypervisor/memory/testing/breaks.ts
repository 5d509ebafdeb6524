/** What can be wrong in the hypervisor's memory, planted for the audit to find. */
import type { Processor } from '../../../hardware/platform/index.ts';
import { windowBase } from '../core.ts';
import { encodeFrameRecord, freeRecord } from '../frame-record.ts';
import type { HypervisorMemory } from '../interface.ts';
import { frameBytes, type LayoutArea } from '../layout.ts';
import { encodeEntry } from '../table-entry.ts';
import { readWrite } from './machine.ts';

/** What the breaks are planted in: pages of one domain, mapped in both copies, plain. */
export interface Site {
  readonly memory: HypervisorMemory;
  readonly processor: Processor;
  readonly domain: number;
  /** Pages of one table, of which there must be nine, each with its frame. */
  readonly pages: readonly { readonly page: number; readonly frame: number }[];
  /** Frames that are free in both memories, in an order. */
  readonly free: readonly number[];
}

export interface Break {
  readonly name: string;
  /** What the audit says, at least. */
  readonly finding: RegExp;
  /** Words of memory that are written. */
  plant(site: Site): Promise<readonly { readonly address: number; readonly word: bigint }[]>;
}

const area = ({ memory }: Site, name: LayoutArea): number =>
  windowBase(0, 3) + memory.areas.layout.areas[name].firstFrame * frameBytes;

const recordAt = (site: Site, memory: 0 | 1, frame: number): number =>
  area(site, 'frameTable') + 8 * (memory * site.memory.areas.layout.frames + frame);

/** Where the entry of a level is, for a page of the site's domain. */
const entryAt = async (site: Site, page: number, level: number, domain = site.domain): Promise<number> => {
  let address = area(site, 'domainTable') + 16 * domain;
  for (let at = 3; at > level; at -= 1) {
    const frame = Number(((await site.processor.machine.read64(address)) >> 12n) & 0xf_ffffn);
    address = windowBase(0, 3) + frame * frameBytes + 16 * (Math.floor(page / 512 ** (at - 1)) % 512);
  }
  return address;
};

const changeWord = async (site: Site, address: number, change: (word: bigint) => bigint) => [
  { address, word: change(await site.processor.machine.read64(address)) },
];

/** Changes both records of a page's frame. */
const changeRecords = async (site: Site, index: number, change: (word: bigint) => bigint) => {
  const { frame } = site.pages[index]!;
  return (
    await Promise.all(([0, 1] as const).map((memory) => changeWord(site, recordAt(site, memory, frame), change)))
  ).flat();
};

const leaf = (frame: number): bigint =>
  encodeEntry({
    kind: 'page',
    backing: { frame, copies: 'both', form: 0 },
    rights: readWrite,
    trap: undefined,
    foreign: false,
  }).low;

/** Changes the low half of the entry of a page. */
const changeEntry = async (site: Site, index: number, change: (word: bigint) => bigint) =>
  changeWord(site, await entryAt(site, site.pages[index]!.page, 0), change);

const record = (word: Parameters<typeof encodeFrameRecord>[0]): bigint => encodeFrameRecord(word);

export const breaks: readonly Break[] = [
  {
    name: 'a page whose frame is noted as another domain’s',
    finding: /is used by page 0x\w+ of domain 3, and its record says: page of domain 7/,
    plant: (site) => changeRecords(site, 0, (word) => (word & ~0xf0n) | 0x70n),
  },
  {
    name: 'a reference that nobody has',
    finding: /is reached by 0 others, and its record says: .* 1 references/,
    plant: (site) => changeRecords(site, 1, (word) => word + (1n << 16n)),
  },
  {
    name: 'a page that is scanned and not held',
    finding: /is noted as being scanned, and is not held/,
    plant: (site) => changeRecords(site, 2, (word) => word | (1n << 10n)),
  },
  {
    name: 'two copies that do not agree',
    finding: /is one of two copies, and the other's record says/,
    plant: (site) => changeWord(site, recordAt(site, 1, site.pages[3]!.frame), (word) => word ^ (1n << 40n)),
  },
  {
    name: 'a frame that is noted with another form',
    finding: /is used by page .*form 5/,
    plant: (site) => changeRecords(site, 4, (word) => word | (5n << 12n)),
  },
  {
    name: 'a frame that nothing reaches',
    finding: /is reached by nothing, and its record says: page of domain 3, one copy, page 0x9/,
    plant: async (site) => [
      {
        address: recordAt(site, 0, site.free[0]!),
        word: record({ ...freeRecord, state: 'page', owner: 3, page: 9 }),
      },
    ],
  },
  {
    name: 'a record that is never written',
    finding: /has the record 0x\w+, which is never written/,
    plant: async (site) => [{ address: recordAt(site, 1, site.free[1]!), word: 0xfn }],
  },
  {
    name: 'a frame that is free and not in the map',
    finding: /is free by its record, and not in the free map/,
    plant: async (site) => {
      const frame = site.free[2]!;
      const address = area(site, 'freeMap') + 128 * Math.floor(frame / 512) + 8 * Math.floor((frame % 512) / 64);
      return changeWord(site, address, (word) => word & ~(1n << BigInt(frame % 64)));
    },
  },
  {
    name: 'a frame in the map that is not free',
    finding: /is in the free map, and its record says that it is not free/,
    plant: async (site) => {
      const { frame } = site.pages[0]!;
      const address = area(site, 'freeMap') + 128 * Math.floor(frame / 512) + 64 + 8 * Math.floor((frame % 512) / 64);
      return changeWord(site, address, (word) => word | (1n << BigInt(frame % 64)));
    },
  },
  {
    name: 'a summary that counts otherwise',
    finding: /super frame \d+: its summary counts/,
    plant: (site) => changeWord(site, area(site, 'freeSummary') + 8, (word) => word - 1n),
  },
  {
    name: 'an entry that leads to a free frame',
    finding: /is used by page .*, and its record says: free/,
    plant: (site) => changeEntry(site, 5, () => leaf(site.free[3]!)),
  },
  {
    name: 'two entries with one frame',
    finding: /is used by page 0x\w+ of domain 3 and by page 0x\w+ of domain 3/,
    plant: (site) => changeEntry(site, 6, () => leaf(site.pages[1]!.frame)),
  },
  {
    name: 'an entry that leads to the hypervisor’s frames',
    finding: /is used by the hypervisor and by page/,
    plant: (site) => changeEntry(site, 7, () => leaf(site.memory.areas.layout.areas.frameTable.firstFrame)),
  },
  {
    name: 'a leaf without `user`',
    finding: /the entry is 0x\w+ 0x\w+, and would be written/,
    plant: (site) => changeEntry(site, 8, (word) => word & ~(1n << 8n)),
  },
  {
    name: 'a mapping of another domain’s page that no reference counts',
    finding: /is reached by 1 others, and its record says: .* 0 references/,
    plant: (site) => changeEntry(site, 8, (word) => word | (1n << 55n)),
  },
  {
    name: 'an entry of a kind that there is not',
    finding: /the entry at level 0 is 0x\w+ 0xc, which is never written/,
    plant: (site) => changeEntry(site, 8, () => 6n << 1n),
  },
  {
    name: 'a table whose entries are counted wrong',
    finding: /entries of a table are in use, and \d+ counted/,
    plant: async (site) => changeWord(site, await entryAt(site, site.pages[0]!.page, 1), (word) => word + (1n << 52n)),
  },
  {
    name: 'a pointer to the second half of a table',
    finding: /a table cannot be at frame \d+/,
    plant: async (site) => changeWord(site, await entryAt(site, site.pages[0]!.page, 1), (word) => word | (1n << 12n)),
  },
  {
    name: 'a window that guests reach',
    finding: /the window's entry is/,
    plant: async (site) => changeWord(site, await entryAt(site, 3 * 2 ** 20, 1, 0), (word) => word | (1n << 8n)),
  },
  {
    name: 'a page map of a domain that there is not',
    finding: /there are domains 0 to 15 only/,
    plant: async (site) => [{ address: area(site, 'domainTable') + 16 * 20, word: 2n }],
  },
  {
    name: 'a boot record of another machine',
    finding: /frame 0: is no boot record of this machine/,
    plant: (site) => changeWord(site, windowBase(0, 3) + 16, (word) => word + 1n),
  },
];

/** Plants breaks, audits, and takes them away again. Gives what the audit said. */
export const auditWith = async (site: Site, planted: readonly Break[]): Promise<readonly string[]> => {
  const { machine } = site.processor;
  const undo: { readonly address: number; readonly word: bigint }[] = [];
  for (const { plant } of planted)
    for (const { address, word } of await plant(site)) {
      undo.unshift({ address, word: await machine.read64(address) });
      await machine.write64(address, word);
    }
  const findings = await site.memory.audit(site.processor);
  for (const { address, word } of undo) await machine.write64(address, word);
  return findings.map(({ where, what }) => `${where}: ${what}`);
};
