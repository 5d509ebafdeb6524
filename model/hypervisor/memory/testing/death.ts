/** A memory dies in the middle of operations, and comes back. */
import type { Processor } from '../../../hardware/platform/index.ts';
import { frameBytes } from '../layout.ts';
import { at, guestOf, readWrite, type TestMachine, workerOn } from './machine.ts';
import type { Operation, PageName, Reference } from './reference.ts';
import { compare, follow } from './sequence.ts';

export interface Program {
  /** On which processor, of its own domain alone. */
  readonly processor: number;
  readonly reference: Reference;
  readonly operations: readonly Operation[];
  readonly pages: readonly PageName[];
}

export interface Death {
  readonly memory: 0 | 1;
  /** Cycles after the programs begin. */
  readonly after: number;
  readonly how: 'hangs' | 'errs';
}

/** Pages with one copy, in the memory that dies, one a domain. */
const doomedPage = 900;

const failed = async ({ registers }: Processor, memory: 0 | 1): Promise<boolean> =>
  (((await registers.keeper.memory_status.read()).failed >>> memory) & 1) === 1;

/** Frames that both memories must hold alike: the areas, and all of domain tables that `audit` has found in order. */
const differences = ({ platform, memory }: TestMachine): readonly string[] => {
  const [first, second] = platform.outside.memories;
  const { reserved } = memory.areas.layout;
  const wrong: string[] = [];
  for (let frame = 0; frame < reserved; frame += 1)
    if (Buffer.compare(first.read(frame * frameBytes, frameBytes), second.read(frame * frameBytes, frameBytes)) !== 0)
      wrong.push(`frame ${frame} of the hypervisor differs`);
  return wrong;
};

/**
 * Runs programs beside each other while a memory dies; then has it replaced while they write on, takes the other one away, and looks
 * at every page. Says what was not as it must be.
 */
export const surviveDeath = async (
  machine: TestMachine,
  programs: readonly Program[],
  death: Death,
): Promise<readonly string[]> => {
  const { platform, memory } = machine;
  const own = platform.processors[0]!;
  const wrong: string[] = [];
  const only = death.memory === 0 ? 'first' : 'second';
  const doomed = programs.map(({ pages }) => ({ domain: pages[0]!.domain, page: doomedPage }));
  for (const { domain, page } of doomed)
    await memory.maps.with(own, domain, (map) => map.populate(page, { copies: only, form: 0 }, readWrite));
  const halves = programs.map(({ operations }) => Math.ceil(operations.length / 2));
  const go = (part: 0 | 1): Promise<void>[] =>
    programs.map(({ processor, reference, operations }, index) =>
      platform.start(async () => {
        const some = part === 0 ? operations.slice(0, halves[index]) : operations.slice(halves[index]);
        wrong.push(...(await follow(machine, platform.processors[processor]!, reference, some)));
      }),
    );
  platform.faults.inject(
    { kind: 'memory-lost', memory: death.memory, how: death.how },
    platform.clock.now + death.after,
  );
  await Promise.all(go(0));
  await platform.clock.until(Math.max(platform.clock.now, platform.faults.happened.at(-1)?.cycle ?? 0));
  // Somebody must write for the death to be noticed.
  while (!(await failed(own, death.memory)))
    await guestOf(platform, 0, 0)
      .read8(0)
      .catch(() => memory.areas.view(own, 'events').write8(0, 0));
  const lost = await memory.memories.lost(workerOn(own), death.memory);
  for (const name of doomed)
    if (!lost.some(({ domain, page }) => domain === name.domain && page === name.page))
      wrong.push(`page ${name.page} of domain ${name.domain} is not said to be lost`);
  for (const { domain, page } of doomed) {
    const { kind } = await memory.explain(own, { domain, address: at(page), bytes: 4, write: false });
    if (kind !== 'lost') wrong.push(`page ${page} of domain ${domain} is lost, and explained as ${kind}`);
  }
  platform.faults.inject({ kind: 'memory-replaced', memory: death.memory });
  const back = platform.start(() => memory.memories.replace(workerOn(own), death.memory));
  await platform.clock.sleep(40_000);
  await Promise.all(go(1));
  await back;
  const say = async (when: string): Promise<void> => {
    for (const { reference, pages } of programs)
      wrong.push(...(await compare(machine, reference, pages)).map((what) => `${when}: ${what}`));
    wrong.push(...(await memory.audit(own)).map(({ where, what }) => `${when}: ${where}: ${what}`));
  };
  await say('with both');
  wrong.push(...differences(machine));
  for (const { domain, page } of doomed) {
    const read = await guestOf(platform, 0, domain)
      .read32(at(page))
      .catch(() => 'a fault');
    if (read !== 'a fault') wrong.push(`page ${page} of domain ${domain} was lost, and reads as ${read}`);
    await memory.maps.with(own, domain, (map) => map.remove([page], 'nothing'));
  }
  const survivor = death.memory === 0 ? 1 : 0;
  platform.faults.inject({ kind: 'memory-lost', memory: survivor });
  for (const { reference } of programs) reference.die(survivor);
  await say('with the one that came back');
  return wrong;
};
