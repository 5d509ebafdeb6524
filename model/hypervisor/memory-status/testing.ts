/** Guests that work while a memory dies, is brought back, and the other one dies. */
import {
  Calls,
  Events,
  type Guest,
  type GuestProgram,
  HypercallError,
  type MemoryReport,
  MemoryWatch,
  PageFault,
  pageBytes,
  TrustedCalls,
  virtualEvents,
} from '../guest/index.ts';
import type { TrustedGuest } from '../index.ts';
import { Agent } from '../testing/agent.ts';
import { launch, testHypervisor } from '../testing/machine.ts';

export interface Death {
  readonly memory: 0 | 1;
  /** Cycles after the guests begin. */
  readonly after: number;
  readonly how: 'hangs' | 'errs';
  /** Cycles after it is being brought back in which it dies once more; left out: it does not. */
  readonly again?: number | undefined;
  /** It is never replaced, and that is all. */
  readonly forEver?: boolean;
}

const pages = 3;

/** Writes and reads its pages until it is told to stop; says what was not as it had been written. */
const worker = (stopped: () => boolean, wrong: string[], ended: () => void): GuestProgram => {
  const written = Array<number>(pages).fill(0);
  return async (guest) => {
    const { memory, domain } = guest;
    const calls = new Calls(guest);
    for (let step = 1; !stopped(); step += 1) {
      if (step % 8 === 0) await calls.block(guest.now + 2000);
      const page = step % pages;
      const at = page * pageBytes + 64 * domain;
      const value = await memory.read32(at);
      if (value !== written[page]) wrong.push(`page ${page} of domain ${domain} holds ${value}, not ${written[page]}`);
      await memory.write32(at, step);
      written[page] = step;
    }
    ended();
  };
};

/** Notes what it is told of memories. */
const watcher =
  (reports: MemoryReport[]): GuestProgram =>
  async (guest) => {
    const events = new Events(guest, new Calls(guest));
    const watch = new MemoryWatch(guest);
    for (;;) {
      await events.wait(virtualEvents.memoryStatus);
      reports.push(await watch.take());
    }
  };

const kindOf = (access: Promise<unknown>): Promise<string> =>
  access.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof PageFault) return error.kind;
      throw error;
    },
  );

const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof HypercallError) return error.code;
      throw error;
    },
  );

/** Gives its lost pages back, has them again, and uses them. */
const refresh = async (guest: Guest, lost: readonly number[], list: number): Promise<readonly unknown[]> => {
  const calls = new Calls(guest);
  for (const [index, page] of lost.entries()) await guest.memory.write64(list + 8 * index, BigInt(page));
  const given = await calls.giveBack(list, lost.length);
  const taken = await calls.take(list, lost.length);
  const values: number[] = [];
  for (const page of lost) {
    values.push(await guest.memory.read32(page * pageBytes));
    await guest.memory.write32(page * pageBytes, 1000 + page);
    values.push(await guest.memory.read32(page * pageBytes));
  }
  return [given, taken, values];
};

/** Says all that was not as it must be: nothing, if all is well. */
export const surviveOnce = async ({
  memory,
  after,
  how,
  again,
  forEver = false,
}: Death): Promise<readonly string[]> => {
  const other = memory === 0 ? 1 : 0;
  const only = memory === 0 ? 'first' : 'second';
  const hypervisor = await testHypervisor({ platform: { memoryBytes: 208 * 4096 } });
  const { platform } = hypervisor;
  const { clock, faults } = platform;
  const wrong: string[] = [];
  const expectEqual = (what: string, is: unknown, wanted: unknown): void => {
    if (JSON.stringify(is) !== JSON.stringify(wanted))
      wrong.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
  };
  let stop = false;
  let ended = false;
  const mirrored: MemoryReport[] = [];
  const single: MemoryReport[] = [];
  const agent = new Agent();
  const scenario = async (domain0: TrustedGuest): Promise<void> => {
    const { thread } = domain0;
    const calls = new TrustedCalls(domain0);
    const until = async (what: string, reached: () => boolean): Promise<void> => {
      const limit = clock.now + 300_000;
      while (!reached() && clock.now < limit) await thread.suspend(clock.sleep(200));
      if (!reached()) wrong.push(`it never came that ${what}`);
    };
    const last = (reports: readonly MemoryReport[]): unknown => {
      const report = reports.at(-1);
      return report === undefined ? 'nothing' : [report.failed, report.restoring];
    };
    const told = (what: string, wanted: unknown): Promise<void> =>
      until(`all are told: ${what}`, () =>
        [mirrored, single].every((reports) => JSON.stringify(last(reports)) === JSON.stringify(wanted)),
      );
    expectEqual('a memory that has not failed', await refusalOf(calls.memoryReplace(memory)), 'EINVAL');
    expectEqual('a memory that there is not', await refusalOf(calls.call(39, 2)), 'EINVAL');
    await launch(
      hypervisor,
      domain0,
      [
        worker(
          () => stop,
          wrong,
          () => {
            ended = true;
          },
        ),
        watcher(mirrored),
      ],
      { pages },
    );
    await launch(hypervisor, domain0, [agent.program, watcher(single)], { copies: only, pages });
    faults.inject({ kind: 'memory-lost', memory, how }, clock.now + after);
    await told(`memory ${memory} has failed`, [[memory], []]);
    await until('the list of what was lost comes', () => single.some(({ lost }) => lost.length > 0));
    const lost = single.flatMap((report) => report.lost);
    expectEqual('pages that are lost', lost, [0, 1, 2]);
    expectEqual(
      'pages of others that are lost',
      mirrored.flatMap((report) => report.lost),
      [],
    );
    const touched = (): Promise<string> =>
      thread.suspend(agent.do(({ guest }) => kindOf(guest.memory.read32(pageBytes))));
    expectEqual('a page that is lost', await touched(), 'lost');
    if (forEver) return;
    // A domain that is made now is told, too.
    const late: MemoryReport[] = [];
    const third = await launch(hypervisor, domain0, [watcher(late)]);
    await until('a new domain is told', () => JSON.stringify(last(late)) === JSON.stringify([[memory], []]));
    await calls.destroy(third.domain);
    expectEqual('nothing new stands there', await refusalOf(calls.memoryReplace(memory)), 'EAGAIN');
    faults.inject({ kind: 'memory-replaced', memory });
    if (again !== undefined) {
      faults.inject({ kind: 'memory-lost', memory, how }, clock.now + again);
      expectEqual('it fails once more', await refusalOf(calls.memoryReplace(memory)), 'EAGAIN');
      await told(`memory ${memory} has failed again`, [[memory], []]);
      faults.inject({ kind: 'memory-replaced', memory }, Math.max(clock.now + 1, clock.now + again));
      await thread.suspend(clock.sleep(again + 2));
    }
    const back = refusalOf(calls.memoryReplace(memory));
    const beside = hypervisor.start(async (its) => {
      await its.thread.suspend(clock.sleep(500));
      expectEqual('two at once', await refusalOf(new TrustedCalls(its).memoryReplace(memory)), 'EBUSY');
    });
    expectEqual('it is brought back', await back, 'done');
    await thread.suspend(beside.ended);
    await told(`memory ${memory} is on line`, [[], []]);
    // The list lies in the other memory's page: its own are all lost.
    const renewed = await thread.suspend(
      agent.do(async ({ guest }) => {
        const list = 0x60_0000_0000 + 0x700;
        return refresh(guest, lost, list);
      }),
    );
    expectEqual('lost pages come back as zeros', renewed, [3, 3, [0, 1000, 0, 1001, 0, 1002]]);
    faults.inject({ kind: 'memory-lost', memory: other, how });
    await told(`memory ${other} has failed`, [[other], []]);
    stop = true;
    await until('the guest ends', () => ended);
    expectEqual(
      'what was written to the memory that came back',
      await thread.suspend(agent.do(({ guest }) => guest.memory.read32(2 * pageBytes))),
      1002,
    );
  };
  await hypervisor.run(async (domain0) => {
    await scenario(domain0);
    const calls = new TrustedCalls(domain0);
    for (const domain of [2, 1]) await calls.destroy(domain);
    for (const { where, what } of await domain0.thread.access((processor) => hypervisor.memory.audit(processor)))
      wrong.push(`${where}: ${what}`);
  });
  platform.close();
  return wrong;
};
