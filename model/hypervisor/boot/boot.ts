/** From power-on to page tables for all units. Source: `docs/systems/hypervisor.md`, "Memory". */
import { type FirmwareOptions, type Platform, type Processor, startFirmware } from '../../hardware/platform/index.ts';
import { audit } from '../memory/audit.ts';
import { bumpAll } from '../memory/cookies.ts';
import { Core, windowBase } from '../memory/core.ts';
import { explain } from '../memory/explain.ts';
import { encodeFrameRecord, freeRecord } from '../memory/frame-record.ts';
import { FrameTable } from '../memory/frame-table.ts';
import type { HypervisorMemory, PathKey } from '../memory/interface.ts';
import { loadKeys } from '../memory/keys.ts';
import { encodeBootRecord, frameBytes, layoutOf, superFrameCount, superFrames } from '../memory/layout.ts';
import { PlatformMemories } from '../memory/memories.ts';
import { DomainMaps } from '../memory/page-maps.ts';
import { Tables } from '../memory/tables.ts';
import { WindowTables, windowReach } from '../memory/windows.ts';
import { writeWords } from '../memory/words.ts';

export interface BootOptions extends FirmwareOptions {
  /** Keys of the memory paths, for the forms that pages may have beside form 0. */
  readonly keys?: readonly PathKey[] | undefined;
}

/** The domain of the receive engine. */
export const inputOutputDomain = 15;

/** Memories that keep their content without power still have what was there before. */
const clearAreas = async ({ layout }: Core, { machine }: Processor): Promise<void> => {
  if ((await machine.read64(0)) === 0n) return;
  const zeros = new Uint8Array(frameBytes);
  for (let frame = 0; frame < layout.reserved; frame += 1) await machine.write(frame * frameBytes, zeros);
};

/** Hands the frames behind the areas to the free map, and notes those before as the hypervisor's. */
const giveFrames = async (core: Core, frames: FrameTable, processor: Processor): Promise<void> => {
  const { layout } = core;
  const word = encodeFrameRecord({ ...freeRecord, state: 'hypervisor', both: true });
  const words = Array.from({ length: layout.reserved }, () => word);
  for (const memory of [0, 1] as const) await writeWords(processor.machine, frames.recordAddress(memory, 0), words);
  for (let group = 0; group < superFrameCount(layout.frames); group += 1) {
    const first = Math.max(layout.reserved, group * superFrames);
    const end = Math.min(layout.frames, (group + 1) * superFrames);
    if (first < end) await frames.map.put(processor, group, [{ frame: first, copies: 'both', frames: end - first }]);
  }
};

/** Lets every unit translate by the tables. */
const translate = async (core: Core, { registers }: Processor): Promise<void> => {
  // A table has 8 KiB: its number is that of its first frame without the lowest bit.
  const frame = core.layout.areas.domainTable.firstFrame / 2;
  await registers.network.domain.write({ number: inputOutputDomain });
  for (const unit of [...registers.units, registers.network]) {
    await unit.tables_first_low.write({ frame });
    await unit.tables_second_low.write({ frame });
    await unit.tables.write({ valid: 1, first: 1, second: 1, first_form: 0, second_form: 0 });
  }
  for (const unit of [...registers.units, registers.network]) await unit.control.write({ direct: 0 });
};

/**
 * Boots a platform that was just powered on: firmware, boot record, areas, keys, page maps of domain 0 and of input and output, and then
 * all accesses go by page tables. To be run by a program on the platform; uses its first processor.
 *
 * @throws RangeError for memories that are too small
 */
export const bootMemory = async (platform: Platform, options: BootOptions = {}): Promise<HypervisorMemory> => {
  const { keys = [], ...firmware } = options;
  const processor = platform.processors[0]!;
  const core = new Core(platform, layoutOf(platform.options.memoryBytes / frameBytes));
  const forms = new Set([0, ...keys.flatMap((key) => key.forms)]);
  const windows: WindowTables = new WindowTables(core, forms, (on, page) => frames.allocateTable(on, 0, page));
  const frames: FrameTable = new FrameTable(core, windows);
  const tables = new Tables(core, frames);
  const maps = new DomainMaps({ core, frames, windows, tables });
  await startFirmware(platform, firmware);
  for (const path of processor.registers.paths) await loadKeys(path, keys);
  await clearAreas(core, processor);
  await processor.machine.write(0, encodeBootRecord(core.layout));
  await giveFrames(core, frames, processor);
  await maps.create(processor, 0);
  // The hypervisor's own window, all of it: by it all later tables are written.
  for (let frame = 0; frame < core.layout.frames; frame += windowReach)
    await windows.ensure(processor, { frame, copies: 'both', form: 0 });
  await translate(core, processor);
  core.base = windowBase(0, 3);
  await bumpAll(processor);
  await maps.create(processor, inputOutputDomain);
  return {
    platform,
    areas: core,
    windows,
    frames,
    maps,
    memories: new PlatformMemories(core, frames, maps, keys),
    explain: (on, access) => explain(maps, on, access),
    audit: (on, accounted) => audit({ core, frames }, on, accounted),
  };
};
