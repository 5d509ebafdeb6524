/** What a scenario's program does, step by step. */
import {
  deviceNames,
  diskBlockBytes,
  domainWidth,
  formWidth,
  type Platform,
  type Processor,
  type Space,
} from '../../model/hardware/platform/index.ts';
import { contentSteps } from './content-steps.ts';
import { below, choice, flag, memoryNumber, number, readForm, text } from './forms.ts';
import { keySteps } from './key-steps.ts';
import { PageMap } from './page-map.ts';
import { refuse, type Statement } from './statement.ts';
import { StepError, type StepReader, stepsOf } from './step-reader.ts';

/** What a step works on. */
export interface Scene {
  readonly platform: Platform;
  readonly processor: Processor;
  readonly space: Space;
  /** Of all programs. */
  readonly shared: { tables: PageMap | undefined; readonly ended: ReadonlyMap<string, Promise<void>> };
  say(what: string): void;
  /** The program is at this step now. */
  begins(statement: Statement): void;
  /** Whether what the statement expects was so, this time. */
  judge(statement: Statement, held: boolean, why: string): void;
}

export type Step = (scene: Scene) => Promise<void>;
type Read = StepReader<Scene>;
type ReadDevice = StepReader<Pick<Scene, 'platform' | 'processor' | 'space' | 'say'>>;

const memoryPage = 4096;
/** Of an entry of a ring. */
export const slotBytes = 2048;
/** Cycles between two looks at a register that tells how far something is. */
const look = 50;
/** Looks after which a disk is asked whether it is still at work. */
const looksBeforeDoubt = 100;
/** Cycles in which a device acknowledges its reset, many times what any takes; one that has not is lost. */
const resetPatience = 10_000;

const sleep: Read = (statement) => {
  const { cycles } = readForm(statement, { places: { cycles: number } });
  return ({ platform }) => platform.clock.sleep(cycles);
};

const until: Read = (statement) => {
  const { cycle } = readForm(statement, { places: { cycle: number } });
  return ({ platform }) => platform.clock.until(cycle);
};

const print: ReadDevice = (statement) => {
  const { text: what } = readForm(statement, { places: { text } });
  return async ({ platform, processor }) => {
    const line = processor.devices.console;
    for (const byte of new TextEncoder().encode(what)) {
      while ((await line.status.read()).free === 0) await platform.clock.sleep(16);
      await line.transmit.write({ byte, send: 1 });
    }
  };
};

const disk: ReadDevice = (statement) => {
  const {
    disk: name,
    what,
    block,
    memory,
  } = readForm(statement, {
    places: { disk: choice('disk0', 'disk1'), what: choice('read', 'write') },
    needs: { block: below(2 ** 32), memory: number },
  });
  return async ({ platform, processor, space }) => {
    const { registers, buffer } = processor.devices.disks[name === 'disk0' ? 0 : 1];
    if (what === 'write') await buffer.write(0, await space.read(memory, diskBlockBytes));
    await registers.interrupt_status.write({ done: 1, error: 1 });
    await registers.block.write({ number: block });
    await registers.command.write(what === 'write' ? { write: 1 } : { read: 1 });
    // A disk that has failed reads as all ones: `done` and `busy` among them.
    const ended = async () => {
      const { done, error } = await registers.interrupt_status.read();
      return done === 1 || error === 1;
    };
    for (let looks = 1; !(await ended()); looks += 1) {
      if (looks % looksBeforeDoubt === 0 && (await registers.status.read()).busy === 0 && !(await ended()))
        throw new StepError(`${name} knows nothing of what it was told to ${what}: another stands in its place`);
      await platform.clock.sleep(look);
    }
    if (what === 'read') await space.write(memory, await buffer.read(0, diskBlockBytes));
  };
};

const revive: ReadDevice = (statement) => {
  const { device } = readForm(statement, { places: { device: choice(...deviceNames) } });
  const bit = 1 << deviceNames.indexOf(device);
  return async ({ platform, processor, say }) => {
    const { controller } = processor.registers;
    // Of a device that speaks unasked, the port is taken out of service, but no resource is blamed.
    const out = async () => ({
      faulted: ((await controller.resource_faulted.read()).resources & bit) !== 0,
      isolated: ((await controller.port_isolated.read()).ports & bit) !== 0,
    });
    say(`waits until ${device} has failed`);
    let now = await out();
    for (; !now.faulted && !now.isolated; now = await out()) await platform.clock.sleep(look);
    say(`${device} has failed; it is reset`);
    // The port of one that answers with errors is in service, and only a port that is not can be reset.
    if (!now.isolated) await controller.port_isolate.write({ ports: bit });
    await controller.port_reset.write({ ports: bit });
    const asked = platform.clock.now;
    while (((await controller.port_drained.read()).ports & bit) === 0) {
      if (platform.clock.now - asked > resetPatience)
        throw new StepError(`${device} has not acknowledged its reset in ${resetPatience} cycles: it is lost`);
      await platform.clock.sleep(look);
    }
    await controller.port_readmit.write({ ports: bit });
    while (((await controller.resource_faulted.read()).resources & bit) !== 0)
      await controller.resource_readmit.write({ resources: bit });
    say(`${device} is back`);
  };
};

const restore: Read = (statement) => {
  const { memory, from, bytes } = readForm(statement, {
    needs: { memory: memoryNumber, from: number, bytes: number },
  });
  if (from % memoryPage !== 0 || bytes % memoryPage !== 0 || bytes === 0)
    throw refuse(statement, `from= and bytes= must be multiples of ${memoryPage}, and bytes= not 0`);
  const bit = 1 << memory;
  return async ({ platform, processor, say }) => {
    const { keeper } = processor.registers;
    const status = () => keeper.memory_status.read();
    say(`waits until memory ${memory} has failed`);
    while (((await status()).failed & bit) === 0) await platform.clock.sleep(look);
    say(`memory ${memory} has failed; it is reset`);
    await keeper.memory_command.write({ reset: bit });
    while (((await status()).was_reset & bit) === 0) await platform.clock.sleep(look);
    await keeper.memory_command.write({ restore: bit });
    await keeper.copy_target.write({ memory });
    await keeper.copy_from_low.write({ frame: from / memoryPage });
    await keeper.copy_to_low.write({ frame: from / memoryPage });
    await keeper.copy_pages.write({ count: bytes / memoryPage });
    await keeper.copy_command.write({ start: 1 });
    while ((await status()).copying === 1) await platform.clock.sleep(look);
    const { copy_failed, failed } = await status();
    if (copy_failed === 1)
      throw new StepError(
        `the copy to memory ${memory} stopped; out of use are ${failed.toString(2).padStart(2, '0')} (memory 0 last)`,
      );
    await keeper.memory_command.write({ on_line: bit });
    say(`memory ${memory} is restored`);
  };
};

const tables: Read = (statement) => {
  const { base } = readForm(statement, { places: { base: number } });
  if (base % 8192 !== 0) throw refuse(statement, `tables lie at a multiple of 8192, not at ${base}`);
  return async ({ space, shared }) => {
    shared.tables = new PageMap(base);
    await space.write(base, new Uint8Array(8192));
  };
};

const map: Read = (statement) => {
  const {
    address,
    to,
    bytes,
    form: pathForm,
    domain = 0,
    ...how
  } = readForm(statement, {
    places: { address: number },
    needs: { to: number, bytes: number },
    may: {
      form: below(2 ** formWidth),
      domain: below(2 ** domainWidth),
      user: flag,
      compare: flag,
      memory: memoryNumber,
    },
  });
  if ([address, to, bytes].some((value) => value % memoryPage !== 0))
    throw refuse(statement, `pages are of ${memoryPage} bytes: address, to= and bytes= must be multiples of it`);
  return async ({ space, shared }) => {
    if (shared.tables === undefined) throw refuse(statement, "'map' needs 'tables' before it");
    for (let at = 0; at < bytes; at += memoryPage) {
      const place = { frame: (to + at) / memoryPage, form: pathForm ?? 0 };
      await shared.tables.map(space, domain, address + at, {
        first: how.memory === 1 ? undefined : place,
        second: how.memory === 0 ? undefined : place,
        compare: how.compare ?? false,
        write: true,
        user: how.user ?? false,
      });
    }
  };
};

const translate: Read = (statement) => {
  readForm(statement, {});
  return async ({ processor, shared }) => {
    if (shared.tables === undefined) throw refuse(statement, "'translate' needs 'tables' before it");
    const { units, network, keeper } = processor.registers;
    const frame = shared.tables.base / 8192;
    for (const unit of [...units, network]) {
      await unit.tables_first_low.write({ frame });
      await unit.tables_second_low.write({ frame });
      await unit.tables.write({ valid: 1, first: 1, second: 1, first_form: 0, second_form: 0 });
      await unit.control.write({ direct: 0 });
    }
    await keeper.bump.write({ index: 0, all: 1, start: 1 });
  };
};

const rings: Read = (statement) => {
  const { base, entries, clients } = readForm(statement, {
    needs: { base: number, entries: number, clients: number },
  });
  const width = Math.log2(entries);
  if (base % memoryPage !== 0) throw refuse(statement, `base= is ${base}, but it must be a multiple of ${memoryPage}`);
  if (!Number.isInteger(width) || width > 15 || width < 1)
    throw refuse(statement, `entries= is ${entries}, but it must be a power of two from 2 to 32768`);
  return async ({ platform, processor }) => {
    if (clients > platform.parameters.clients || clients < 1)
      throw refuse(statement, `the machine has ${platform.parameters.clients} clients, not ${clients}`);
    const { receiver, packets } = processor.registers;
    for (let client = 0; client < clients; client += 1) {
      const from = base + client * entries * slotBytes;
      await receiver.ring_base_low.at(client).write({ base: (from % 2 ** 32) / memoryPage });
      await receiver.ring_control.at(client).write({ entries: width, enable: 1 });
    }
    for (let index = 0; index < packets.table.length; index += 1)
      await packets.table.write(index, { client: index % clients });
    for (const port of processor.devices.network) await port.control.write({ enable: 1 });
  };
};

/** Of devices. */
export const deviceSteps = { print, disk, revive };

const kinds: Readonly<Record<string, Read>> = {
  ...contentSteps,
  sleep,
  until,
  print,
  disk,
  revive,
  restore,
  ...keySteps,
  tables,
  map,
  translate,
  rings,
};

/** Reads the steps below a statement. @throws ScenarioError */
export const readSteps: (above: Statement) => readonly Step[] = stepsOf<Scene>(
  kinds,
  ({ shared }) => shared.ended,
  (_, end) => end,
  (scene, statement) => scene.begins(statement),
);
