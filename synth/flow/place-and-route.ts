/** The clock that a design reaches on a chip, by nextpnr. */
import { cached } from '../cache.ts';
import type { NetlistModule } from '../yosys/netlist.ts';
import { renameTop, runOnDesign } from '../yosys/read-design.ts';
import { callTool } from '../yosys/tool-pool.ts';
import type { SourceLine } from '../yosys/yosys-error.ts';
import { harnessFor, harnessName } from './harness.ts';
import { type Design, questionOf } from './map-design.ts';
import { sourceOf } from './source-path.ts';
import { designName } from './targets.ts';

/** iCE40 HX8K in a ct256 package: 7,680 logic cells. No other family's router is a package on npm. */
const device = ['--hx8k', '--package', 'ct256', '--pcf-allow-unconstrained', '--freq', '200', '--timing-allow-fail'];

export const placementSeeds = [1, 2, 3] as const;

export interface PlacedClock {
  /** Median over the seeds, in MHz; null with a reason where the design could not be placed. */
  readonly mhz: number | null;
  readonly reason: string | null;
  /** MHz of each seed. */
  readonly seeds: readonly number[];
  /** Source lines of signals on the slowest path of the median seed, in order. */
  readonly slowestPath: readonly (SourceLine & { readonly signal: string })[];
}

interface Placement {
  readonly mhz: number | null;
  readonly reason: string | null;
  /** Nets of the slowest path. */
  readonly nets: readonly string[];
}

interface Report {
  readonly fmax?: Readonly<Record<string, { readonly achieved: number }>>;
  readonly critical_paths?: readonly {
    readonly from: string;
    readonly to: string;
    readonly path: readonly { readonly type: string; readonly net?: string }[];
  }[];
}

const reasonOf = (log: string): string => {
  const line = /ERROR: (.*)/.exec(log)?.[1] ?? 'nextpnr gave no reason';
  return /unable to place|no more|failed to place|no BELs remaining|unable to find legal placement/i.test(line)
    ? `does not fit an iCE40 HX8K (${line.trim()})`
    : line.trim();
};

const place = async (netlist: string, seed: number): Promise<Placement> => {
  const result = await callTool({
    tool: 'nextpnr-ice40',
    arguments: [...device, '--seed', String(seed), '--json', 'design.json', '--report', 'report.json', '--quiet'],
    files: { 'design.json': netlist },
    timeoutSeconds: 900,
  });
  const failed = (reason: string): Placement => ({ mhz: null, reason, nets: [] });
  if (result.outcome === 'absent') return failed('the optional package @yowasp/nextpnr-ice40 is not installed');
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
  const nets = slowest?.path.flatMap((step) => (step.net === undefined ? [] : [step.net])) ?? [];
  return { mhz: Math.min(...achieved), reason: null, nets: [...new Set(nets)] };
};

const netLines = (netlist: string, nets: readonly string[]): PlacedClock['slowestPath'] => {
  const module = (JSON.parse(netlist) as { modules: Record<string, NetlistModule> }).modules[harnessName];
  return nets.flatMap((net) => {
    const signal = net.replace(/\[\d+\]$/, '');
    const source = sourceOf((module?.netnames[net] ?? module?.netnames[signal])?.attributes.src);
    return source === null ? [] : [{ ...source, signal: net }];
  });
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const unplaced = (reason: string): PlacedClock => ({ mhz: null, reason, seeds: [], slowestPath: [] });

/**
 * Places a design with three seeds. Differences under a tenth are noise.
 * @param mapped the design's iCE40 cells, flattened, which tell its ports and clocks.
 * @param onStep called as each of the four steps (synthesis of the frame, three seeds) ends.
 */
export const placedClock = async (design: Design, mapped: NetlistModule, onStep: () => void): Promise<PlacedClock> => {
  const harness = harnessFor(mapped);
  if (harness === null) return unplaced('it has no outputs, or ports that go both ways');
  const frame = 'harness.v';
  const commands = [
    ...renameTop(designName),
    `read_verilog -sv ${frame}`,
    `synth_ice40 -top ${harnessName}`,
    'select *',
    'write_json -selected',
  ];
  const question = questionOf(design, [...commands, harness.verilog]);
  const netlist = await cached('framed', question, async () => {
    const files = { [frame]: harness.verilog };
    return (await runOnDesign(design, commands, {}, files)).stdout;
  });
  onStep();
  const placements = await Promise.all(
    placementSeeds.map(async (seed): Promise<Placement> => {
      const text = await cached('placement', [device, seed, netlist], async () =>
        JSON.stringify(await place(netlist, seed)),
      );
      onStep();
      return JSON.parse(text) as Placement;
    }),
  );
  const failure = placements.find((placement) => placement.mhz === null);
  if (failure !== undefined) return unplaced(failure.reason ?? 'it could not be placed');
  const seeds = placements.map((placement) => placement.mhz ?? 0);
  const mhz = median(seeds);
  const nets = placements.find((placement) => placement.mhz === mhz)?.nets ?? [];
  return { mhz: Math.round(mhz * 10) / 10, reason: null, seeds, slowestPath: netLines(netlist, nets) };
};
