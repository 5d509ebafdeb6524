/** The rows of `docs/when-a-memory-dies.md`: each is found in a run of the scenario, with its cycle, or the run is not as the page tells. */
import { registersBase } from '../../../rtl/platform/interface.ts';
import { addressOf, type BusStory, type Handshake, processorOf } from './bus-story.ts';

const dies = 60_000;
const replaced = 110_000;
const otherDies = 500_000;
/** Cycles of a timeout of memories in the scenario. */
const timeout = 2000;
const pageBytes = 4096;

/** Registers of the keeper: `docs/systems/memory-management-unit.md`. */
const keeper = {
  interruptStatus: registersBase + 0x10,
  memoryStatus: registersBase + 0x18,
  memoryCommand: registersBase + 0x1c,
  bump: registersBase + 0x20,
  copyPages: registersBase + 0x60,
  copyCommand: registersBase + 0x68,
} as const;
/** In the shared page: `docs/systems/hypervisor.md`. */
const shared = { memories: 0x060, firstResult: 0x138, lostPages: 0x800 } as const;
/** Of `memory_command`, for memory 0. */
const commands = { restore: 1 << 4, onLine: 1 << 6, reset: 1 << 2 } as const;
const again = -11;

const number = (value: number): string => value.toLocaleString('en-US');
const offsetOf = (one: Handshake): number => addressOf(one) % pageBytes;
const port = (processor: number, channel: string): RegExp => new RegExp(`^p${processor}_axi_${channel}$`);

/** Says that something never happened from one cycle to another. */
const expectNone = (found: readonly Handshake[], what: string): void => {
  if (found.length > 0) throw new Error(`${what} in cycle ${found[0]!.cycle}, and the page tells that there is none`);
};

type Row = readonly [cycle: string, text: string];

const theDeath = (story: BusStory): readonly Row[] => {
  const lastRead = story.between(0, dies, /^m0_axi_ar$/).at(-1)!;
  const asked = story.between(lastRead.cycle - 12, lastRead.cycle, /^p\d_axi_ar$/).at(-1)!;
  const answer = story.first(lastRead.cycle, port(processorOf(asked), 'r'), 'answer of the last read');
  const write = story.first(dies, /^p\d_axi_aw$/, 'write after the death');
  const taken = story.first(dies, /^m1_axi_aw$/, 'write in memory 1', (one) => offsetOf(one) === offsetOf(write));
  const interrupt = story.first(dies, /^interrupt$/, 'interrupt');
  expectNone(story.between(dies, replaced, /^m0_axi_(ar|aw)$/), 'memory 0 takes something');
  const writer = processorOf(write);
  const answered = story.first(write.cycle, port(writer, 'b'), 'answer of the write');
  if (answered.payload.bresp !== 0n) throw new Error('the write is not answered by OKAY');
  const [cleared] = story.writesTo(dies, replaced, keeper.interruptStatus);
  const thread = processorOf(cleared!);
  const falls = story.first(interrupt.cycle + 1, /^interrupt$/, 'end of the interrupt');
  const [which, whichThen] = story.between(
    cleared!.cycle,
    replaced,
    port(thread, 'ar'),
    (one) => addressOf(one) === keeper.memoryStatus,
  );
  const firstRead = story.first(interrupt.cycle, /^m1_axi_ar$/, 'read of memory 1');
  return [
    [
      number(lastRead.cycle),
      `processor ${processorOf(asked)} reads a word of the hypervisor's, by memory 0 alone: both copies are alike. It is answered, in cycle ${number(answer.cycle)}.`,
    ],
    [number(dies), 'memory 0 takes and gives nothing any more, and all that it held is gone. Nobody is told.'],
    [
      number(write.cycle),
      `the hypervisor, on processor ${writer}, writes the result of a guest's call. The unit sends the write to both memories:`,
    ],
    [
      number(taken.cycle),
      'memory 1 takes it; memory 0 never does, and the processor is not answered before all is settled.',
    ],
    [
      number(interrupt.cycle),
      `${number(interrupt.cycle - taken.cycle)} cycles later: a unit that has the other memory waits half of the timeout, ${number(timeout / 2)} cycles. The keeper takes memory 0 out of use, and raises its interrupt.`,
    ],
    [
      number(answered.cycle),
      `the write is answered: OKAY. It is in memory 1. The program of processor ${writer} goes on, and has lost ${number(answered.cycle - write.cycle)} cycles and nothing else.`,
    ],
    [
      number(cleared!.cycle),
      `processor ${thread}, which the hypervisor's thread *memory status* had from the interrupt on, clears the keeper's status (the line falls in cycle ${number(falls.cycle)}), and reads after that which memory failed (${number(which!.cycle)}, ${number(whichThen!.cycle)}).`,
    ],
    [
      number(firstRead.cycle),
      'the first read that would have gone to memory 0 goes to memory 1, as every one from here on.',
    ],
  ];
};

const theTelling = (story: BusStory): readonly Row[] => {
  const [first, second] = story.writesTo(dies, replaced, keeper.bump);
  if (second === undefined) throw new Error('two pages were lost, and there are no two bumps');
  const told = story.between(dies, first!.cycle, /^p\d_axi_aw$/, (one) => offsetOf(one) === shared.memories);
  if (told.length !== 4) throw new Error(`domain 0 and three guests are told, and ${told.length} pages were written`);
  const answer = story.between(second.cycle, replaced, port(processorOf(second), 'b'))[1]!;
  const listed = story.first(
    second.cycle,
    /^p\d_axi_aw$/,
    'list of lost pages',
    (one) => offsetOf(one) === shared.lostPages,
  );
  const careless = story.logged(listed.cycle, 'careless: has ended');
  const lucky = story.logged(dies, 'lucky: has ended');
  return [
    [
      `${number(told[0]!.cycle)} to ${number(told.at(-1)!.cycle)}`,
      'the thread goes from domain to domain: is there one, where is its shared page (`memories`, at offset 0x060, is written), is the event masked. Those who wait for it are woken.',
    ],
    [
      number(lucky),
      '*lucky*, whose pages are in memory 1 alone, was told, has read what it had written, and ends. *careful*, whose pages are in both, goes on.',
    ],
    [
      number(first!.cycle),
      `frames of memory 0 with a single copy have been marked in the frame table by now. The guest *careless* had its two pages there: both entries are marked lost, and two WRITEs to \`bump\` take them back. From their answers on (${number(answer.cycle)}) nobody reaches the frames.`,
    ],
    [
      `${number(listed.cycle)} to ${number(careless)}`,
      '*careless* has the list of its lost pages and the event, touches one, and gets a `PageFault`: lost. It ends.',
    ],
  ];
};

const theReplacement = (story: BusStory): readonly Row[] => {
  const command = (bit: number, what: string): Handshake => {
    const found = story.writesTo(dies, otherDies, keeper.memoryCommand).find(({ word }) => word === bit);
    if (found === undefined) throw new Error(`the keeper is never commanded ${what}`);
    return found;
  };
  const reset = command(commands.reset, 'reset');
  const requested = story.logged(reset.cycle, 'memory_reset_request is 0x1');
  const results = story.between(reset.cycle, replaced, /^p\d_axi_aw$/, (one) => offsetOf(one) === shared.firstResult);
  const refused = results.find((one) => {
    const [written] = story.writesTo(one.cycle, one.cycle + 1, addressOf(one));
    return written !== undefined && (written.word | 0) === again;
  });
  if (refused === undefined) throw new Error('the call is not refused by EAGAIN before there is another memory');
  const acknowledged = story.logged(replaced, 'memory_reset_acknowledge is 0x1');
  const restore = command(commands.restore, 'restore');
  const write = story.first(dies, /^m0_axi_aw$/, 'write to the new memory');
  if (write.cycle < restore.cycle) throw new Error('memory 0 is written before it is restored');
  const copies = story.writesTo(restore.cycle, otherDies, keeper.copyCommand);
  const counts = story.writesTo(restore.cycle, otherDies, keeper.copyPages).map(({ word }) => word);
  const onLine = command(commands.onLine, 'on_line');
  const read = story.between(onLine.cycle, otherDies, /^m0_axi_ar$/).find(({ cycle }) => cycle > onLine.cycle)!;
  const back = story.logged(onLine.cycle, 'operator: memory 0 is back');
  const [, taken] = /after (\d+) cycles/.exec(story.text(back, 'is back, after'))!;
  return [
    [
      number(reset.cycle),
      `domain 0 asks to have memory 0 back. Its path and its side are held in reset (from cycle ${number(requested)} on); nothing new stands there yet.`,
    ],
    [number(refused.cycle), 'after 20,000 cycles of waiting the call is refused: EAGAIN. Domain 0 asks again.'],
    [number(acknowledged), 'a new memory, full of zeros, acknowledges the reset.'],
    [
      number(restore.cycle),
      `keys and forms are loaded, and the keeper is commanded \`restore\`: writes go to both memories again (the first in cycle ${number(write.cycle)}), reads not yet.`,
    ],
    [
      `${number(copies[0]!.cycle)} to ${number(onLine.cycle)}`,
      `the keeper's engine copies all frames that have both copies, ${number(counts.reduce((sum, count) => sum + count, 0))} in ${copies.length} runs of at most ${Math.max(...counts)} frames of one form. Guests write meanwhile: a write to the frame that is being copied waits for the line.`,
    ],
    [
      number(onLine.cycle),
      `\`on_line\`: memory 0 may be read, and is from cycle ${number(read.cycle)} on. All are told once more.`,
    ],
    [number(back), `the call returns, ${number(Number(taken))} cycles after domain 0 began to ask for it.`],
  ];
};

const theOther = (story: BusStory): readonly Row[] => {
  const interrupt = story.first(otherDies, /^interrupt$/, 'interrupt of the second death');
  expectNone(story.between(interrupt.cycle, Number.POSITIVE_INFINITY, /^m1_axi_(ar|aw)$/), 'memory 1 takes something');
  const careful = story.logged(interrupt.cycle, 'careful: has ended');
  return [
    [
      number(otherDies),
      `memory 1 dies (the interrupt comes in cycle ${number(interrupt.cycle)}). What was written since is in memory 0: *careful* reads it there, and ends in cycle ${number(careful)}.`,
    ],
  ];
};

const lines = (rows: readonly Row[]): readonly string[] => rows.map(([cycle, text]) => `| ${cycle} | ${text} |`);

/** Rows of a run that was watched until its pages were lost, or longer. */
export const rowsOfTheDeath = (story: BusStory): readonly string[] =>
  lines(
    [...theDeath(story), ...theTelling(story)].sort(
      ([one], [other]) => Number.parseInt(one.replace(',', ''), 10) - Number.parseInt(other.replace(',', ''), 10),
    ),
  );

/** Rows of what came after them, of a whole run. */
export const rowsOfTheReplacement = (story: BusStory): readonly string[] =>
  lines([...theReplacement(story), ...theOther(story)]);
