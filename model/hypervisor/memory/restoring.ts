/** Brings what a replaced memory held back into it. Source: `docs/systems/hypervisor.md`, "A memory dies". */
import type { Processor } from '../../hardware/platform/index.ts';
import type { Core } from './core.ts';
import { HypervisorError } from './errors.ts';
import { decodeFrameRecord } from './frame-record.ts';
import type { FrameTable } from './frame-table.ts';
import type { PageMaps, Worker } from './interface.ts';
import { superFrames } from './layout.ts';

/** Neighbouring frames with both copies, of one form. */
interface Run {
  readonly frame: number;
  readonly words: readonly bigint[];
}

interface Parts {
  readonly core: Core;
  readonly frames: FrameTable;
  readonly maps: PageMaps;
}

/** Frames of one run: while it is copied, frames in it may change hands, and are then copied again. */
const longestRun = 32;
const pollCycles = 200;

/** What has to be copied, of a frame's record: its form, or nothing. */
const formOf = (word: bigint): number | undefined => {
  const { both, form } = decodeFrameRecord(word);
  return both ? form : undefined;
};

const runsOf = (first: number, words: readonly bigint[]): readonly Run[] => {
  const runs: { frame: number; words: bigint[] }[] = [];
  for (const [index, word] of words.entries()) {
    const form = formOf(word);
    if (form === undefined) continue;
    const last = runs.at(-1);
    const goes =
      last !== undefined &&
      last.frame + last.words.length === first + index &&
      last.words.length < longestRun &&
      formOf(last.words[0]!) === form;
    if (goes) last.words.push(word);
    else runs.push({ frame: first + index, words: [word] });
  }
  return runs;
};

/** Copies frames by the keeper's engine; says how many, up to the first that cannot be read. @throws EAGAIN when a memory fails */
const copyRun = async ({ platform }: Core, worker: Worker, target: 0 | 1, run: Run): Promise<number> => {
  const { frame, words } = run;
  const form = formOf(words[0]!) ?? 0;
  await worker.access(async ({ registers: { keeper } }) => {
    await keeper.copy_target.write({ memory: target });
    await keeper.copy_from_low.write({ frame });
    await keeper.copy_to_low.write({ frame });
    await keeper.copy_forms.write({ from: form, to: form });
    await keeper.copy_pages.write({ count: words.length });
    await keeper.copy_command.write({ start: 1 });
  });
  for (;;) {
    await worker.suspend(platform.clock.sleep(pollCycles));
    const status = await worker.access(({ registers }) => registers.keeper.memory_status.read());
    if (status.copying === 1) continue;
    if (status.copy_failed === 0) return words.length;
    if (status.failed !== 0)
      throw new HypervisorError(
        'EAGAIN',
        `copying frame ${frame} to memory ${target} was stopped by a memory that failed`,
      );
    return (await worker.access(({ registers }) => registers.keeper.pages_done.read())).count;
  }
};

/**
 * Leaves a page, a line of which its memory refuses to give, with the copy that is there: the rest of it is good. The other copy is free.
 *
 * @throws EAGAIN for a frame that cannot do with one copy
 */
const leaveAlone = async (
  { frames, maps }: Parts,
  processor: Processor,
  target: 0 | 1,
  frame: number,
): Promise<void> => {
  const [word] = await frames.words(processor, target, frame, 1);
  const { both, state, owner, page, form } = decodeFrameRecord(word!);
  if (!both) return;
  const refuse = (why: string): never => {
    throw new HypervisorError('EAGAIN', `frame ${frame} of memory ${1 - target} cannot be read, and ${why}`);
  };
  if (state !== 'page' || page === undefined)
    return refuse(state === 'page' ? 'is mapped nowhere yet' : 'what the hypervisor keeps there needs both copies');
  try {
    await maps.with(processor, owner, async (map) => {
      await map.split(page);
      const entry = await map.read(page);
      if ('backing' in entry && entry.backing.frame === frame && entry.backing.copies === 'both')
        await map.move(page, { copies: target === 0 ? 'second' : 'first', form });
    });
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
    refuse(`its page cannot be left with one copy: ${error.message}`);
  }
};

/**
 * Copies all frames with both copies to a memory that is `restoring`. A frame that is given to somebody meanwhile is cleared in
 * both memories after its record was written; so what matters is that none is copied last in a form that it has no more.
 */
export const restoreContent = async (parts: Parts, worker: Worker, target: 0 | 1): Promise<void> => {
  const { core, frames } = parts;
  const total = core.layout.frames;
  for (let first = 0; first < total; first += superFrames) {
    const records = (frame: number, count: number): Promise<readonly bigint[]> =>
      worker.access((processor) => frames.words(processor, target, frame, count));
    const words = await records(first, Math.min(superFrames, total - first));
    const runs = [...runsOf(first, words)];
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const { frame, words } = run;
      const copied = await copyRun(core, worker, target, run);
      const before = words.slice(0, copied);
      if (copied < words.length) {
        await worker.access((processor) => leaveAlone(parts, processor, target, frame + copied));
        if (copied + 1 < words.length) runs.push({ frame: frame + copied + 1, words: words.slice(copied + 1) });
        if (copied === 0) continue;
      }
      const after = await records(frame, before.length);
      for (const [index, word] of after.entries())
        if (formOf(word) !== undefined && formOf(word) !== formOf(before[index]!))
          runs.push({ frame: frame + index, words: [word] });
    }
  }
};
