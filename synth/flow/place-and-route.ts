/** The clock that a design reaches on a chip, by nextpnr. */
import { cached } from '../cache.ts';
import type { NetlistModule, YosysNetlist } from '../yosys/netlist.ts';
import { renameTop, runOnDesign } from '../yosys/read-design.ts';
import { callTool, type ToolResult } from '../yosys/tool-pool.ts';
import type { SourceLine } from '../yosys/yosys-error.ts';
import { areaOf } from './area.ts';
import { harnessFor, harnessName } from './harness.ts';
import { type Design, questionOf } from './map-design.ts';
import { sourceOf } from './source-path.ts';
import { designName, joinModules, keepModules, longestRunSeconds } from './targets.ts';

/** iCE40 HX8K in a ct256 package: 7,680 logic cells. No other family's router is a package on npm. */
const device = ['--hx8k', '--package', 'ct256', '--pcf-allow-unconstrained', '--freq', '200', '--timing-allow-fail'];

/** Logic cells of the HX8K, each one table and one flip-flop. */
const logicCellsThere = 7680;

const placementSeeds = [1, 2, 3] as const;

/** Synthesis with the frame, then every seed. */
export const placementSteps = 1 + placementSeeds.length;

/** The slowest path of a placed design, between registers of the design or of the frame around it. */
export interface SlowestPath {
  readonly from: string;
  readonly to: string;
  readonly fromSource: SourceLine | null;
  readonly toSource: SourceLine | null;
  /** Tables passed. */
  readonly levels: number;
  readonly logicNanoseconds: number;
  readonly routingNanoseconds: number;
}

export interface PlacedClock {
  /** Median over the seeds, in MHz; null with a reason where the design could not be placed. */
  readonly mhz: number | null;
  readonly reason: string | null;
  /** MHz of each seed; null for one that was not routed in time, which counts as the slowest. */
  readonly seeds: readonly (number | null)[];
  /** Logic cells on the chip, the frame's included. */
  readonly logicCells: number | null;
  /** That of the median seed. */
  readonly slowestPath: SlowestPath | null;
}

interface PathSegment {
  readonly type: string;
  readonly delay: number;
  readonly net?: string;
  readonly to: { readonly cell: string };
}

interface Placement {
  readonly mhz: number | null;
  readonly reason: string | null;
  /** It was not done in time. */
  readonly late?: boolean;
  readonly logicCells: number | null;
  readonly path: readonly PathSegment[];
}

/** What a seed is routed in takes minutes; now and then the router of one seed goes in circles. */
const longestSeedSeconds = 900;
const notInTime = `nextpnr did not end within ${longestSeedSeconds} s`;

interface Report {
  readonly fmax?: Readonly<Record<string, { readonly achieved: number }>>;
  readonly utilization?: { readonly ICESTORM_LC?: { readonly used: number } };
  readonly critical_paths?: readonly {
    readonly from: string;
    readonly to: string;
    readonly path: readonly PathSegment[];
  }[];
}

const reasonOf = (log: string): string => {
  const line = /ERROR: (.*)/.exec(log)?.[1] ?? 'nextpnr gave no reason';
  return /unable to place|no more|failed to place|no BELs remaining|unable to find legal placement/i.test(line)
    ? `does not fit an iCE40 HX8K (${line.trim()})`
    : line.trim();
};

/** Why nextpnr trapped: what it told before, since it ends by a trap where it cannot place a cell. */
export const trapReason = (result: Pick<ToolResult, 'stdout' | 'stderr' | 'reason'>): string => {
  const log = `${result.stdout}\n${result.stderr}`;
  return log.includes('ERROR: ') ? reasonOf(log) : `nextpnr trapped: ${result.reason}`;
};

const place = async (netlist: string, seed: number): Promise<Placement> => {
  const result = await callTool({
    tool: 'nextpnr-ice40',
    arguments: [...device, '--seed', String(seed), '--json', 'design.json', '--report', 'report.json', '--quiet'],
    files: { 'design.json': netlist },
    timeoutSeconds: longestSeedSeconds,
  });
  const failed = (reason: string): Placement => ({ mhz: null, reason, logicCells: null, path: [] });
  if (result.outcome === 'absent') return failed('the optional package @yowasp/nextpnr-ice40 is not installed');
  if (result.outcome === 'timed out') return { ...failed(notInTime), late: true };
  if (result.outcome === 'trapped') return failed(trapReason(result));
  if (result.outcome !== 'finished') return failed(`nextpnr ${result.outcome}: ${result.reason}`);
  const text = result.files['report.json'];
  // A missed clock target ends with an error code too, but not without a report.
  if (text === undefined) return failed(reasonOf(`${result.stdout}\n${result.stderr}`));
  const report = JSON.parse(text) as Report;
  const achieved = Object.values(report.fmax ?? {}).map((clock) => clock.achieved);
  if (achieved.length === 0) return failed('nextpnr found no clock');
  const slowest = report.critical_paths?.find(
    (path) => path.from.startsWith('posedge') && path.to.startsWith('posedge'),
  );
  const logicCells = report.utilization?.ICESTORM_LC?.used ?? null;
  return { mhz: Math.min(...achieved), reason: null, logicCells, path: slowest?.path ?? [] };
};

/** Yosys names what has no name of its own after the nearest named signal, then what it is: `count_SB_DFFE_Q_3_D`. */
const ownName = (name: string): string =>
  name
    .replace(/_SB_[A-Z].*$/, '')
    .replace(/\$.*$/, '')
    .replace(/^design\./, '');

const slowestPathOf = (netlist: string, path: readonly PathSegment[]): SlowestPath | null => {
  const last = path.at(-1);
  const firstNet = path.find((segment) => segment.net !== undefined)?.net;
  if (last === undefined || firstNet === undefined) return null;
  const { modules } = JSON.parse(netlist) as YosysNetlist;
  const nets = modules[harnessName]?.netnames ?? {};
  const sourceOfSignal = (name: string): SourceLine | null =>
    sourceOf((nets[`design.${name}`] ?? nets[`design.${name.replace(/\[\d+\]$/, '')}`])?.attributes.src);
  const sum = (types: readonly string[]): number => {
    const delays = path.filter(({ type }) => types.includes(type)).map(({ delay }) => delay);
    return Math.round(delays.reduce((total, delay) => total + delay, 0) * 100) / 100;
  };
  const from = ownName(firstNet);
  const to = ownName(last.to.cell);
  return {
    from,
    to,
    fromSource: sourceOfSignal(from),
    toSource: sourceOfSignal(to),
    levels: path.filter(({ type }) => type === 'logic').length,
    logicNanoseconds: sum(['logic', 'clk-to-q', 'setup']),
    routingNanoseconds: sum(['routing']),
  };
};

const tenths = (value: number): number => Math.round(value * 10) / 10;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The median clock of placements in MHz, or why there is none. One that was not done in time counts as the slowest, so that it makes the median no better. */
export const medianClock = (placements: readonly Pick<Placement, 'mhz' | 'reason' | 'late'>[]): number | string => {
  const late = placements.filter((placement) => placement.late === true);
  const failure = placements.find(({ mhz, late: slow }) => mhz === null && slow !== true);
  if (failure !== undefined) return failure.reason ?? 'it could not be placed';
  return late.length > placements.length / 2 ? notInTime : median(placements.map(({ mhz }) => mhz ?? 0));
};

class NotInTime extends Error {}

/** A placement, kept for the next time unless it was not done in time: another machine may be faster. */
const keptPlacement = async (netlist: string, seed: number): Promise<Placement> => {
  try {
    const text = await cached('place and route', [device, seed, netlist], async () => {
      const placement = await place(netlist, seed);
      if (placement.late === true) throw new NotInTime(notInTime);
      return JSON.stringify(placement);
    });
    return JSON.parse(text) as Placement;
  } catch (error) {
    if (!(error instanceof NotInTime)) throw error;
    return { mhz: null, reason: notInTime, late: true, logicCells: null, path: [] };
  }
};

const unplaced = (reason: string): PlacedClock => ({
  mhz: null,
  reason,
  seeds: [],
  logicCells: null,
  slowestPath: null,
});

/** Why a design cannot fit, whatever the placer does; null where it may. The placer itself takes minutes to find out, or crashes. */
const tooLarge = (mapped: NetlistModule): string | null => {
  const { luts, registers } = areaOf(mapped);
  const needed = Math.max(luts, registers);
  if (needed <= logicCellsThere) return null;
  const [there, needs] = [logicCellsThere, needed].map((cells) => cells.toLocaleString('en-US'));
  return `does not fit an iCE40 HX8K (${needs} logic cells of ${there} at least)`;
};

/**
 * Places a design with three seeds. Differences under a tenth are noise.
 * @param mapped the design's iCE40 cells, flattened, which tell its ports and clocks.
 * @param onStep called as each of the four steps (synthesis of the frame, three seeds) ends.
 */
export const placedClock = async (design: Design, mapped: NetlistModule, onStep: () => void): Promise<PlacedClock> => {
  const harness = harnessFor(mapped);
  if (harness === null) return unplaced('it has no outputs, or ports that go both ways');
  const large = tooLarge(mapped);
  if (large !== null) {
    for (let step = 0; step < placementSteps; step += 1) onStep();
    return unplaced(large);
  }
  const frame = 'harness.v';
  const keep = design.keep ?? [];
  const commands = [
    ...renameTop(designName),
    `read_verilog -sv ${frame}`,
    ...keepModules(keep),
    `synth_ice40 -top ${harnessName}`,
    ...joinModules(keep),
    'select *',
    'write_json -selected',
  ];
  const question = questionOf(design, [...commands, harness.verilog]);
  const netlist = await cached('framed', question, async () => {
    const files = { [frame]: harness.verilog };
    return (await runOnDesign(design, commands, { timeoutSeconds: longestRunSeconds }, files)).stdout;
  });
  onStep();
  const placements = await Promise.all(
    placementSeeds.map(async (seed): Promise<Placement> => {
      const placement = await keptPlacement(netlist, seed);
      onStep();
      return placement;
    }),
  );
  const mhz = medianClock(placements);
  if (typeof mhz === 'string') return unplaced(mhz);
  const chosen = placements.find((placement) => placement.mhz === mhz);
  return {
    mhz: tenths(mhz),
    reason: null,
    seeds: placements.map((placement) => (placement.mhz === null ? null : tenths(placement.mhz))),
    logicCells: chosen?.logicCells ?? null,
    slowestPath: slowestPathOf(netlist, chosen?.path ?? []),
  };
};
