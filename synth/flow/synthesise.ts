/** The whole of it: every target, every module, gates, clock. */
import type { Parameters, VerilogFile } from '../yosys/read-design.ts';
import { YosysError } from '../yosys/yosys-error.ts';
import { gateEquivalentsOf } from './gate-equivalents.ts';
import type { LineCost } from './line-costs.ts';
import { loadVerilog } from './load-verilog.ts';
import { type Design, type DesignMemory, mapDesign } from './map-design.ts';
import { type ModuleReport, moduleReports } from './module-reports.ts';
import { type PlacedClock, placedClock, placementSteps } from './place-and-route.ts';
import { flatRun, hierarchicalRun, type TargetReport } from './target-report.ts';
import { designName, targets as everyTarget, type Target } from './targets.ts';

export interface SynthesisRequest {
  readonly files: readonly VerilogFile[];
  readonly top: string;
  /** What reports call the design; a block's name, or a peer's. */
  readonly block: string;
  /** What the design was generated with: told in reports. */
  readonly parameters: Parameters;
  /** Parameters of `top` to set in Verilog, where it has any. */
  readonly verilogParameters?: Parameters;
  /** Modules that are mapped by themselves (`Design.keep`). Rejects where a pattern matches none. Default: none, the design is flattened whole. */
  readonly keep?: readonly string[];
  /** Default: all. */
  readonly targets?: readonly Target[];
  /** Whether to place and route for the clock, which needs the `ice40` target and takes minutes for large designs. */
  readonly place: boolean;
  /** Whether to count every module by itself as well, which takes as long again, or the targets for which to. Default true. */
  readonly modules?: boolean | readonly Target[];
  /**
   * Maps every module once, by itself, and counts it as often as the design has it: for whole machines. Rejects together with
   * `place` or `keep`, which want the design as one. Default false.
   */
  readonly hierarchical?: boolean;
}

export interface SynthesisResult {
  readonly block: string;
  readonly top: string;
  readonly parameters: Parameters;
  /** Modules that were mapped by themselves: patterns of names, `*` where all were and the design was never made one. */
  readonly keep: readonly string[];
  readonly gateEquivalents: number;
  readonly memories: readonly DesignMemory[];
  readonly memoryBits: number;
  /** The costliest source lines, as the first target sees them before mapping. */
  readonly lines: readonly LineCost[];
  readonly targets: readonly TargetReport[];
  /** Null where place and route was not asked for. */
  readonly clock: PlacedClock | null;
}

/** @param label what has just ended. */
export type OnProgress = (done: number, total: number, label: string) => void;

const checkTargets = (chosen: readonly Target[]): void => {
  const unknown = chosen.find((target) => !everyTarget.includes(target));
  if (unknown !== undefined) {
    throw new YosysError(`there is no target \`${unknown}'; targets: ${everyTarget.join(', ')}`, null, '');
  }
};

/** Yosys would pass over a pattern that no module matches. */
const checkKept = (patterns: readonly string[], files: readonly VerilogFile[]): void => {
  const names = files.flatMap(({ text }) => [...text.matchAll(/^\s*module\s+(\w+)/gm)].map(([, name = '']) => name));
  for (const pattern of patterns) {
    if (!/^[\w*]+$/.test(pattern))
      throw new YosysError(`\`${pattern}' is not a pattern of names of modules: letters, digits, _ and *`, null, '');
    const matching = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
    if (!names.some((name) => matching.test(name)))
      throw new YosysError(`no module is called \`${pattern}'; modules: ${names.join(', ')}`, null, '');
  }
};

/** Runs two at a time, on as many threads. Rejects with a `YosysError`; what the tools answered before comes from the cache. */
export const synthesise = async (
  request: SynthesisRequest,
  onProgress: OnProgress = () => {},
): Promise<SynthesisResult> => {
  const chosen = request.targets ?? everyTarget;
  checkTargets(chosen);
  const asked = request.modules ?? true;
  const hierarchical = request.hierarchical ?? false;
  const countsModules = (target: Target): boolean => (typeof asked === 'boolean' ? asked : asked.includes(target));
  const byModule = hierarchical ? [] : chosen.filter(countsModules);
  const keep = request.keep ?? [];
  checkKept(keep, request.files);
  if (hierarchical && (request.place || keep.length > 0))
    throw new YosysError(
      'a hierarchical count makes no design of one piece to place, or to put kept modules into',
      null,
      '',
    );
  const design: Design = {
    files: request.files,
    top: request.top,
    parameters: request.verilogParameters ?? {},
    keep,
    hierarchical,
  };
  const total = chosen.length + byModule.length + 1 + (request.place ? placementSteps : 0);
  let done = 0;
  const step = (label: string): void => onProgress(++done, total, `${request.block}: ${label}`);

  // The flattened runs first: bad Verilog then fails once, and placing can begin.
  const flat = chosen.map(async (target) => {
    const result = await (hierarchical ? hierarchicalRun : flatRun)(design, target);
    step(target);
    return result;
  });
  const placing = async (): Promise<PlacedClock | null> => {
    if (!request.place) return null;
    const index = chosen.indexOf('ice40');
    const ice40 = await (index < 0 ? flatRun(design, 'ice40') : flat[index]);
    const mapped = ice40?.netlist.modules[designName];
    return mapped === undefined ? null : placedClock(design, mapped, () => step('place and route'));
  };
  const gates = gateEquivalentsOf(design).then((count) => {
    step('gate equivalents');
    return count;
  });
  const perModule = chosen.map(async (target, index): Promise<ModuleReport[]> => {
    if (!byModule.includes(target)) return [];
    const whole = await flat[index];
    const label = `${target}, module by module`;
    if (whole?.modules === 1) {
      step(label);
      const { target: _target, paths: _paths, modules: _modules, ...own } = whole.report;
      const { luts, registers, memories } = own;
      return [{ module: request.top, instances: 1, ...own, whole: { luts, registers, memories } }];
    }
    const { cells } = await mapDesign(design, target, false);
    step(label);
    return [...moduleReports(cells, request.top).values()];
  });
  const [reports, modules, gateEquivalents, clock] = await Promise.all([
    Promise.all(flat),
    Promise.all(perModule),
    gates,
    placing(),
  ]);
  const memories = reports[0]?.memories ?? [];
  return {
    block: request.block,
    top: request.top,
    parameters: request.parameters,
    keep: hierarchical ? ['*'] : keep,
    gateEquivalents,
    memories,
    memoryBits: memories.reduce((bits, memory) => bits + memory.words * memory.width, 0),
    lines: reports[0]?.lines ?? [],
    targets: reports.map(({ report }, index) => ({
      ...report,
      modules: [...report.modules, ...(modules[index] ?? [])],
    })),
    clock,
  };
};

/** Puts any Verilog through the same flow. Rejects with a `YosysError`, also where a file cannot be read. */
export const synthesisePeer = async (
  peer: {
    readonly paths: readonly string[];
    readonly top: string;
    readonly parameters?: Parameters;
    readonly targets?: readonly Target[];
    readonly place?: boolean;
    readonly keep?: readonly string[];
    readonly modules?: boolean | readonly Target[];
    readonly hierarchical?: boolean;
  },
  onProgress: OnProgress = () => {},
): Promise<SynthesisResult> => {
  const parameters = peer.parameters ?? {};
  return synthesise(
    {
      files: await loadVerilog(peer.paths),
      top: peer.top,
      block: peer.top,
      parameters,
      verilogParameters: parameters,
      place: peer.place ?? true,
      ...(peer.targets === undefined ? {} : { targets: peer.targets }),
      ...(peer.keep === undefined ? {} : { keep: peer.keep }),
      ...(peer.modules === undefined ? {} : { modules: peer.modules }),
      ...(peer.hierarchical === undefined ? {} : { hierarchical: peer.hierarchical }),
    },
    onProgress,
  );
};
