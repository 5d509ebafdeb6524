/** The engine that copies pages to a memory that comes back. Source: `docs/systems/memory-management-unit.md`, "Keeper: restoring". */
import { lineBytes } from '../../../rtl/memory-management-unit/interface.ts';
import { type Geometry, isError, type Memory, memories, other, pageBytes, setOf } from './geometry.ts';
import type { KeeperPort } from './keeper-port.ts';
import { type KeeperRegisters, keeperInterrupts } from './keeper-registers.ts';
import type { KeeperWires } from './keeper-wires.ts';
import type { MemoryStatus } from './memory-status.ts';
import { burstTypes, loadRequest, ownRest } from './requests.ts';

export const copyPhases = { idle: 0, claiming: 1, reading: 2, writing: 3, answered: 4, gap: 5 } as const;
const linesOfPage = pageBytes / lineBytes;
const longestTimer = 65_535;
const commandBits = { start: 1, stop: 2 } as const;

export class Engine {
  phase: number = copyPhases.idle;
  claim = false;
  target: Memory = 0;
  /** The frame that is claimed: the one written. */
  claimFrame = 0;
  failedCopy = false;
  pagesDone = 0;
  /** The set of the source, in the cycle after a line of it could not be read. */
  lineRefused = 0;
  readonly #registers: KeeperRegisters;
  readonly #ports: readonly KeeperPort[];
  readonly #geometry: Geometry;
  readonly #beats: number;
  readonly #pageLimit = 2 ** 20;
  #from = 0;
  #pagesLeft = 0;
  #line = 0;
  #stopping = false;
  #claimed = false;
  #gap = 0;
  #beat = 0;
  /** A beat of the line came with an error. */
  #spoiled = false;
  #timer = 0;
  readonly #buffer: Uint32Array[] = [];
  /** Decisions of this cycle: memories that fail by an answer, and by any of its causes. */
  #wrong = 0;
  failing = 0;

  constructor(registers: KeeperRegisters, ports: readonly KeeperPort[], geometry: Geometry) {
    this.#registers = registers;
    this.#ports = ports;
    this.#geometry = geometry;
    this.#beats = lineBytes / geometry.beatBytes;
  }

  reset(): void {
    this.phase = copyPhases.idle;
    this.claim = false;
    this.target = 0;
    this.claimFrame = 0;
    this.failedCopy = false;
    this.pagesDone = 0;
    this.lineRefused = 0;
    this.#stopping = false;
    this.#timer = 0;
    this.#line = 0;
    for (const port of this.#ports) this.#showConstants(port);
  }

  /** What is the same in every request and beat shows before there are any. */
  #showConstants(port: KeeperPort): void {
    this.#request(port.ar, 0, 0);
    this.#request(port.aw, 0, 0);
    this.#showStrobes(port);
    port.clear();
  }

  #showStrobes({ w: { image, place } }: KeeperPort): void {
    const { dataWords, beatBytes } = this.#geometry;
    image[place.at + dataWords] = 2 ** beatBytes - 1;
  }

  get copying(): boolean {
    return this.phase !== copyPhases.idle;
  }

  get source(): Memory {
    return other(this.target);
  }

  #commanded(bit: number): boolean {
    return (this.#registers.get('copy_command') & bit) !== 0;
  }

  /** The memory whose progress is timed, if any. */
  get #timed(): Memory | undefined {
    if (this.phase === copyPhases.reading) return this.source;
    return this.phase === copyPhases.writing || this.phase === copyPhases.answered ? this.target : undefined;
  }

  decide(inputs: Uint32Array, failed: number): void {
    const wrong = memories.filter((memory) => this.#isWrong(inputs, memory));
    this.#wrong = wrong.reduce<number>((set, memory) => set | setOf(memory), 0) & ~failed;
    const timed = this.#timed;
    const timeout = this.#registers.get('timeout');
    const late = timed !== undefined && timeout !== 0 && this.#timer >= timeout ? setOf(timed) : 0;
    this.failing = (this.#wrong | late) & ~failed;
  }

  #isWrong(inputs: Uint32Array, memory: Memory): boolean {
    const port = this.#ports[memory]!;
    const beat = port.beat(inputs);
    const answer = port.answer(inputs);
    const reads = this.phase === copyPhases.reading && memory === this.source;
    const writes = this.phase === copyPhases.answered && memory === this.target;
    const wrongBeat =
      beat !== undefined &&
      (!reads || port.ar.waits(inputs) || beat.id !== 0 || beat.last !== (this.#beat === this.#beats - 1));
    if (wrongBeat) return true;
    if (answer === undefined) return false;
    return !writes || port.aw.waits(inputs) || port.w.waits(inputs) || answer.id !== 0 || isError(answer.response);
  }

  /** Whether a start in this cycle begins a copy. */
  begins(status: MemoryStatus): boolean {
    const target: Memory = this.#registers.get('copy_target') === 0 ? 0 : 1;
    return (
      !this.copying &&
      this.#commanded(commandBits.start) &&
      (status.restoring & ~status.failing & setOf(target)) !== 0 &&
      (status.readable & setOf(other(target))) !== 0 &&
      this.#registers.get('copy_pages') !== 0
    );
  }

  /** The edge; the status is that of the cycle. */
  edge(inputs: Uint32Array, wires: KeeperWires, status: MemoryStatus): void {
    const begins = this.begins(status);
    const { copying } = this;
    const timed = this.#timed;
    this.#timer =
      timed === undefined || this.#ports[timed]!.moves(inputs) ? 0 : Math.min(longestTimer, this.#timer + 1);
    const { failed } = status;
    for (const port of this.#ports) port.settle(inputs);
    this.lineRefused = this.#isLineRefused(inputs, failed) ? setOf(this.source) : 0;
    if (this.#mustStop(inputs, failed)) this.#stop();
    else if (copying) this.#advance(inputs, wires);
    else if (begins) this.#start();
    else if (this.#commanded(commandBits.start)) this.#end(true);
    if (copying && this.#commanded(commandBits.stop)) this.#stopping = true;
    for (const port of this.#ports) if ((status.portClear & setOf(port.memory)) !== 0) port.clear();
  }

  #start(): void {
    this.target = this.#registers.get('copy_target') === 0 ? 0 : 1;
    this.claimFrame = this.#registers.frame('to');
    this.#from = this.#registers.frame('from');
    this.#pagesLeft = this.#registers.get('copy_pages');
    this.#line = 0;
    this.pagesDone = 0;
    this.failedCopy = false;
    this.#stopping = false;
    this.#beginLine();
  }

  #beginLine(): void {
    this.phase = copyPhases.claiming;
    this.claim = true;
    this.#claimed = false;
  }

  #end(failed: boolean): void {
    this.phase = copyPhases.idle;
    if (failed) this.failedCopy = true;
    this.#registers.interrupt(keeperInterrupts.copy);
  }

  #stop(): void {
    this.claim = false;
    this.#end(true);
  }

  /** The last beat of a line comes, and does not make the source fail. */
  #lineRead(inputs: Uint32Array): boolean {
    return (
      this.phase === copyPhases.reading &&
      this.#beat === this.#beats - 1 &&
      (this.#wrong & setOf(this.source)) === 0 &&
      this.#ports[this.source]!.beat(inputs) !== undefined
    );
  }

  /** A line is read to its end, and some beat of it was an error. */
  #isLineRefused(inputs: Uint32Array, failed: number): boolean {
    if (!this.#lineRead(inputs) || (failed & setOf(this.source)) !== 0) return false;
    return this.#spoiled || isError(this.#ports[this.source]!.beat(inputs)!.response);
  }

  #mustStop(inputs: Uint32Array, failed: number): boolean {
    const source = (failed & setOf(this.source)) !== 0;
    const target = (failed & setOf(this.target)) !== 0;
    switch (this.phase) {
      case copyPhases.claiming:
      case copyPhases.gap:
        return source || target;
      case copyPhases.reading:
        return source || this.lineRefused !== 0 || (target && this.#lineRead(inputs));
      case copyPhases.writing:
      case copyPhases.answered:
        return target;
      default:
        return false;
    }
  }

  #advance(inputs: Uint32Array, wires: KeeperWires): void {
    switch (this.phase) {
      case copyPhases.claiming:
        if (this.#claimed && !wires.some('claim_busy')) this.#read();
        this.#claimed = true;
        break;
      case copyPhases.reading:
        this.#take(inputs);
        break;
      case copyPhases.writing:
        this.#give();
        break;
      case copyPhases.answered:
        this.#answered(inputs);
        break;
      default:
        if (this.#stopping) this.#end(false);
        else if (this.#gap === 0) this.#beginLine();
        else this.#gap -= 1;
    }
  }

  #request(register: KeeperPort['ar'], frame: number, form: number): void {
    const forms = this.#geometry.forms;
    loadRequest(register, this.#geometry, {
      id: 0,
      address: this.#geometry.physical(form % forms, frame, this.#line * lineBytes),
      length: this.#beats - 1,
      size: this.#geometry.wholeBeat,
      burst: burstTypes.increment,
      lock: 0,
      rest: ownRest,
    });
  }

  #read(): void {
    this.#request(this.#ports[this.source]!.ar, this.#from, this.#registers.get('copy_forms') & 15);
    this.phase = copyPhases.reading;
    this.#beat = 0;
    this.#spoiled = false;
  }

  #take(inputs: Uint32Array): void {
    const port = this.#ports[this.source]!;
    const beat = port.beat(inputs);
    if (beat === undefined || (this.#wrong & setOf(this.source)) !== 0) return;
    if (isError(beat.response)) this.#spoiled = true;
    this.#buffer[this.#beat] = port.data(inputs, this.#geometry.dataWords);
    this.#beat += 1;
    if (this.#beat < this.#beats) return;
    this.#request(this.#ports[this.target]!.aw, this.claimFrame, this.#registers.get('copy_forms') >>> 4);
    this.phase = copyPhases.writing;
    this.#beat = 0;
  }

  #give(): void {
    const { w } = this.#ports[this.target]!;
    // Its handshake, if there is one, has emptied it at this edge.
    if (w.full !== 0) return;
    const { image, place } = w;
    const { dataWords } = this.#geometry;
    image.set(this.#buffer[this.#beat]!, place.at);
    this.#beat += 1;
    const last = this.#beat === this.#beats;
    image[place.at + dataWords + 1] = Number(last);
    w.fill();
    if (last) this.phase = copyPhases.answered;
  }

  #answered(inputs: Uint32Array): void {
    const answer = this.#ports[this.target]!.answer(inputs);
    if (answer === undefined || (this.#wrong & setOf(this.target)) !== 0) return;
    this.claim = false;
    this.#line = (this.#line + 1) % linesOfPage;
    if (this.#line === 0) {
      const { frames } = this.#geometry;
      this.pagesDone = (this.pagesDone + 1) % this.#pageLimit;
      this.#pagesLeft -= 1;
      this.#from = (this.#from + 1) % frames;
      this.claimFrame = (this.claimFrame + 1) % frames;
      if (this.#pagesLeft === 0 || this.#stopping) {
        this.#end(false);
        return;
      }
    }
    this.phase = copyPhases.gap;
    this.#gap = this.#registers.get('copy_pace');
  }
}
