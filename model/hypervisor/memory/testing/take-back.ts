/** A page that is taken back while another processor reads and writes it. */
import { BusError, type Processor } from '../../../hardware/platform/index.ts';
import { frameBytes } from '../layout.ts';
import { at, guestOf, readWrite, type TestMachine } from './machine.ts';

/** The same processor, but what it writes to `bump` gets lost on its way: to see that tests notice. */
export const withoutBump = (processor: Processor): Processor => ({
  ...processor,
  registers: {
    ...processor.registers,
    keeper: { ...processor.registers.keeper, bump: { address: 0, write: async () => {} } },
  },
});

export interface TakeBackTrial {
  readonly domain: number;
  readonly page: number;
  /** Cycles after which the page is taken back, and bytes of the accesses that go on meanwhile. */
  readonly delay: number;
  readonly bytes: number;
  /** On which the page is taken back. */
  readonly processor: Processor;
}

/** Says what completed after the page was taken back: nothing, if all is well. */
export const takeBackWhileUsed = async (
  { platform, memory }: TestMachine,
  { domain, page, delay, bytes, processor }: TakeBackTrial,
): Promise<readonly string[]> => {
  const { clock } = platform;
  const own = platform.processors[0]!;
  await memory.maps.with(own, domain, (map) => map.populate(page, { copies: 'both', form: 0 }, readWrite));
  const guest = guestOf(platform, 1, domain);
  const late: string[] = [];
  let until = Number.POSITIVE_INFINITY;
  let stop = false;
  const access = async (what: string, done: Promise<unknown>): Promise<void> => {
    try {
      await done;
      if (clock.now > until) late.push(`a ${what} completed in cycle ${clock.now}, and the page was gone in ${until}`);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
    }
  };
  const worker = platform.start(async () => {
    for (let step = 1; !stop; step += 1) {
      const data = new Uint8Array(bytes).fill(step);
      await Promise.all([
        access('read', guest.read(at(page, 128), bytes)),
        guest.write(at(page, 1024), data).catch(() => {}),
        access('read', guest.read(at(page, 2048), bytes)),
      ]);
    }
  });
  await clock.sleep(delay);
  const entry = await memory.maps.with(processor, domain, async (map) => {
    await map.hold([page]);
    until = clock.now;
    return map.read(page);
  });
  const frame = 'backing' in entry ? entry.backing.frame : 0;
  const content = () => platform.outside.memories.map((medium) => medium.read(frame * frameBytes, frameBytes));
  const before = content();
  await clock.sleep(300);
  stop = true;
  await worker;
  for (const [memoryNumber, bytesNow] of content().entries())
    if (Buffer.compare(bytesNow, before[memoryNumber]!) !== 0)
      late.push(`memory ${memoryNumber} was written after cycle ${until}, in which the page was gone`);
  await memory.maps.with(own, domain, (map) => map.unhold(page, 'nothing'));
  return late;
};
