/** What a scenario expects in the end. */
import { deviceNames, diskBlockBytes, type Platform } from '../../model/hardware/platform/index.ts';
import { choice, flag, memoryNumber, number, readForm, text } from './forms.ts';
import { worldExpectations } from './hypervisor/expectations.ts';
import type { World } from './hypervisor/world.ts';
import { patternBytes, sameBytes } from './pattern.ts';
import { refuseWord, type Statement } from './statement.ts';
import { StepError } from './step-reader.ts';
import { slotBytes } from './steps.ts';

export interface Verdict {
  readonly held: boolean;
  readonly why: string;
}

/** @param frames those that came on the line, in order */
export type Expectation = (
  platform: Platform,
  frames: readonly Uint8Array[],
  world: World | undefined,
) => Promise<Verdict>;
type Read = (statement: Statement) => Expectation;

const held: Verdict = { held: true, why: '' };
const because = (holds: boolean, why: string): Verdict => (holds ? held : { held: false, why });

const memory: Read = (statement) => {
  const {
    address,
    bytes,
    pattern,
    in: only,
  } = readForm(statement, {
    places: { address: number },
    needs: { bytes: number, pattern: number },
    may: { in: memoryNumber },
  });
  const wanted = patternBytes(pattern, bytes);
  return async ({ outside }) => {
    for (const index of only === undefined ? ([0, 1] as const) : [only])
      if (!sameBytes(outside.memories[index].read(address, bytes), wanted))
        return because(false, `memory ${index} holds something else`);
    return held;
  };
};

const disk: Read = (statement) => {
  const {
    disk: name,
    block,
    pattern,
  } = readForm(statement, {
    places: { disk: choice('disk0', 'disk1') },
    needs: { block: number, pattern: number },
  });
  return async ({ outside }) => {
    const found = outside.disks[name === 'disk0' ? 0 : 1].read(block * diskBlockBytes, diskBlockBytes);
    return because(sameBytes(found, patternBytes(pattern, diskBlockBytes)), 'the block holds something else');
  };
};

const consoleText: Read = (statement) => {
  const { text: wanted } = readForm(statement, { places: { text } });
  return async ({ outside }) =>
    because(outside.console.output === wanted, `it says ${JSON.stringify(outside.console.output)}`);
};

const failed: Read = (statement) => {
  const { memory: index, is } = readForm(statement, { needs: { memory: memoryNumber, is: flag } });
  return async (platform) => {
    const { failed: set } = await platform.processors[0]!.registers.keeper.memory_status.read();
    const now = ((set >>> index) & 1) === 1;
    return because(now === is, `it is ${now ? '' : 'not '}out of use`);
  };
};

const faulted: Read = (statement) => {
  const { device, is } = readForm(statement, { needs: { device: choice(...deviceNames), is: flag } });
  return async (platform) => {
    const { resources } = await platform.processors[0]!.registers.controller.resource_faulted.read();
    const now = ((resources >>> deviceNames.indexOf(device)) & 1) === 1;
    return because(now === is, `it is ${now ? '' : 'not '}faked`);
  };
};

const cycles: Read = (statement) => {
  const { most } = readForm(statement, { needs: { most: number } });
  return async ({ clock }) => because(clock.now <= most, `it took ${clock.now}`);
};

const frames: Read = (statement) => {
  const { port, count } = readForm(statement, {
    places: { port: choice('network0', 'network1') },
    needs: { count: number },
  });
  return async (platform) => {
    const registers = platform.processors[0]!.devices.network[port === 'network0' ? 0 : 1];
    const taken = Number(await registers.frames.read());
    return because(taken === count, `it took ${taken}`);
  };
};

/** What is in a client's ring, oldest first. */
const ringFrames = async (platform: Platform, client: number): Promise<readonly Uint8Array[]> => {
  const { receiver } = platform.processors[0]!.registers;
  const { base } = await receiver.ring_base_low.at(client).read();
  const { entries } = await receiver.ring_control.at(client).read();
  const { index } = await receiver.producer.at(client).read();
  return Array.from({ length: index }, (_, number) => {
    const at = base * 4096 + (number % 2 ** entries) * slotBytes;
    const header = platform.outside.memories[0].read(at, 16);
    return platform.outside.memories[0].read(at + 16, header[0]! | (header[1]! << 8));
  });
};

const delivered: Read = (statement) => {
  const { clients } = readForm(statement, { needs: { clients: number } });
  return async (platform, frames) => {
    const waiting = frames.map((frame) => Buffer.from(frame).toString('base64'));
    let used = 0;
    let found = 0;
    for (let client = 0; client < platform.parameters.clients; client += 1) {
      const ring = await ringFrames(platform, client);
      used += Number(ring.length > 0);
      let from = 0;
      for (const frame of ring) {
        const text = Buffer.from(frame).toString('base64');
        const place = waiting.indexOf(text, from);
        if (place < 0) return because(false, `ring ${client} has a frame that did not come, or not in this order`);
        waiting[place] = '';
        from = place + 1;
        found += 1;
      }
    }
    return because(
      found === frames.length && used === clients,
      `${found} of ${frames.length} frames are in the rings of ${used} clients`,
    );
  };
};

const kinds: Readonly<Record<string, Read>> = {
  memory,
  disk,
  console: consoleText,
  failed,
  faulted,
  cycles,
  frames,
  delivered,
  ...Object.fromEntries(
    Object.entries(worldExpectations).map(([name, read]): [string, Read] => [
      name,
      (statement) => {
        const expectation = read(statement);
        return async (platform, frames, world) => {
          if (world === undefined) throw new StepError('there was no hypervisor that came up');
          return expectation(world, platform, frames);
        };
      },
    ]),
  ),
};

/** Reads `expect KIND ...` and `expect not KIND ...`. @throws ScenarioError */
export const readExpectation = (statement: Statement): Expectation => {
  const [, first = '', ...others] = statement.words;
  const negated = first === 'not';
  const [word = '', ...rest] = negated ? others : [first, ...others];
  const read = kinds[word];
  if (read === undefined) throw refuseWord(statement, 'expectation', word, Object.keys(kinds));
  const expectation = read({ ...statement, words: [word, ...rest] });
  if (!negated) return expectation;
  return async (platform, frames, world) => because(!(await expectation(platform, frames, world)).held, 'it is so');
};
