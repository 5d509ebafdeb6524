/** What a guest does with the pages that it has: it gives them back, takes them, has them swept, and follows its target. */
import { Balloon, type Calls, pageBytes, virtualEvents } from '../../../model/hypervisor/guest/index.ts';
import { flag, number, readForm } from '../forms.ts';
import { refuse, type Statement } from '../statement.ts';
import type { StepReader } from '../step-reader.ts';
import type { GuestScene } from './guest-steps.ts';

type Read = StepReader<GuestScene>;

export const pageOf = (statement: Statement, address: number): number => {
  if (address % pageBytes !== 0)
    throw refuse(statement, `pages are of ${pageBytes} bytes: 0x${address.toString(16)} is no multiple of it`);
  return address / pageBytes;
};

const listed = async ({ guest }: GuestScene, list: number, first: number, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await guest.memory.write64(list + 8 * index, BigInt(first + index));
};

const giving =
  (call: (calls: Calls, list: number, count: number) => Promise<number>): Read =>
  (statement) => {
    const { address, pages, list, takes } = readForm(statement, {
      places: { address: number },
      needs: { pages: number, list: number },
      may: { takes: number },
    });
    const first = pageOf(statement, address);
    return async (scene) => {
      await listed(scene, list, first, pages);
      const done = await call(scene.calls, list, pages);
      scene.judge(statement, done === (takes ?? pages), `it was so for ${done} of ${pages} pages`);
    };
  };

const sweep: Read = (statement) => {
  const { address, pages, pattern, regular, background, takes } = readForm(statement, {
    places: { address: number },
    needs: { pages: number },
    may: { pattern: number, regular: flag, background: flag, takes: number },
  });
  const page = pageOf(statement, address);
  return async ({ calls, guest, say, judge }) => {
    const begun = guest.now;
    const order = { pattern: BigInt(pattern ?? 0), page, count: pages };
    const taken = await calls.sweep({ ...order, regular: regular ?? false, background: background ?? false });
    say(`a sweep of ${pages} pages took ${taken} in ${guest.now - begun} cycles`);
    if (takes !== undefined) judge(statement, taken === takes, `it took ${taken}`);
  };
};

/** Waits for another target, and reaches it. */
const balloon: Read = (statement) => {
  const {
    list,
    sweep: from,
    pages,
    free,
    target,
  } = readForm(statement, {
    needs: { list: number, target: number },
    may: { sweep: number, pages: number, free: number },
  });
  return async ({ calls, events, guest, say, judge }) => {
    let next = free === undefined ? Number.POSITIVE_INFINITY : pageOf(statement, free);
    const driver = new Balloon(guest, calls, {
      list,
      free: async (most) => {
        const some = next === Number.POSITIVE_INFINITY ? [] : Array.from({ length: most }, (_, index) => next + index);
        next += some.length;
        return some;
      },
      ...(from !== undefined && { sweep: { page: pageOf(statement, from), count: pages ?? 1, pattern: 0n } }),
    });
    for (;;) {
      const state = await driver.adjust();
      if (state.target === target) {
        say(`has ${state.pages} pages of ${state.target}: ${state.swept} were swept, ${state.given} given back`);
        judge(statement, state.pages <= target, `it has ${state.pages} pages`);
        return;
      }
      await events.wait(virtualEvents.target);
    }
  };
};

export const reclaimSteps: Readonly<Record<string, Read>> = {
  give: giving((calls, list, count) => calls.giveBack(list, count)),
  report: giving((calls, list, count) => calls.giveBack(list, count, true)),
  take: giving((calls, list, count) => calls.take(list, count)),
  sweep,
  balloon,
};
