/** The engines, one call each: which properties they settle, and how. */
import { runYosys, YosysError } from '../../synth/yosys/index.ts';
import { type AigerMap, abcCommands, keepOnly, type ProofModel, plainPath, readModel } from './model.ts';

export interface EngineLimits {
  /** Cycles that `bmc3` looks at. */
  readonly depth: number;
  /** Longest induction. */
  readonly induction: number;
  /** Seconds for each engine. */
  readonly seconds: number;
}

export interface EngineAnswer {
  /** Labels of properties that hold in all cycles. */
  readonly proved: ReadonlySet<string>;
  /** Labels of properties that fail, with the cycle in which they do, counted from 0. */
  readonly refuted: ReadonlyMap<string, number>;
  /** `bmc3`: cycles without a violation of what is left. `k-induction`: its length. `pdr`: frames of the invariant. */
  readonly depth: number;
}

/** A call may take longer than its engine's limit: making the model, and loading the tool. */
const overhead = 300;
const shortestCall = 10;

const seconds = (limit: number): number => Math.max(1, Math.round(limit));

interface AbcAnswer {
  readonly log: string;
  readonly files: Readonly<Record<string, string>>;
  readonly map: AigerMap;
  /** Labels in the order of the outputs that abc speaks of. */
  readonly outputs: readonly string[];
  /** Labels of properties that are constants: Yosys leaves out an assertion of what is always 1. */
  readonly constant: readonly string[];
}

const runAbc = async (
  model: ProofModel,
  labels: readonly string[],
  script: readonly string[],
  limit: number,
): Promise<AbcAnswer> => {
  const commands = [...model.prepare, ...keepOnly(labels), ...abcCommands([...readModel, ...script])];
  const { stdout, files } = await runYosys(commands, model.files, { log: true, timeoutSeconds: limit + overhead });
  const map = JSON.parse(files['map.json'] ?? '') as AigerMap;
  const outputs = map.asserts.map(plainPath);
  return { log: stdout, files, map, outputs, constant: labels.filter((label) => !outputs.includes(label)) };
};

/** Where a single output is left, abc words its answers another way; from ten on it pads their numbers. */
const assertedOutputs = (log: string, outputs: readonly string[]): Map<string, number> =>
  new Map(
    [...log.matchAll(/Output +(\d+)(?: of miter "[^"]*")? was asserted in frame +(\d+)/g)].map(([, output, frame]) => [
      outputs[Number(output)] ?? '',
      Number(frame),
    ]),
  );

export const boundedSearch = async (
  model: ProofModel,
  labels: readonly string[],
  limits: EngineLimits,
): Promise<EngineAnswer> => {
  const script = [`bmc3,-a,-F,${limits.depth},-T,${seconds(limits.seconds)}`];
  const { log, outputs, constant } = await runAbc(model, labels, script, limits.seconds);
  const refuted = assertedOutputs(log, outputs);
  const frames = /(?:after|asserted in) +(\d+) frames/.exec(log)?.[1];
  return { proved: new Set(constant), refuted, depth: frames === undefined ? 0 : Number(frames) };
};

/** All at once: each helps the others as an invariant. */
export const induction = async (
  model: ProofModel,
  labels: readonly string[],
  limits: EngineLimits,
): Promise<EngineAnswer> => {
  const nothing: EngineAnswer = { proved: new Set(), refuted: new Map(), depth: 0 };
  const commands = [
    ...model.prepare,
    ...keepOnly(labels),
    'delete -output',
    'opt_clean',
    `sat -prove-asserts -set-assumes -tempinduct -seq 0 -maxsteps ${limits.induction} ${model.top}`,
  ];
  try {
    // In WebAssembly there is no alarm, so that the pass's own time limit does nothing: its thread is ended.
    const { stdout } = await runYosys(commands, model.files, {
      log: true,
      timeoutSeconds: Math.max(shortestCall, limits.seconds),
    });
    if (!stdout.includes('Induction step proven: SUCCESS!')) return nothing;
    const lengths = [...stdout.matchAll(/Trying induction with length (\d+)/g)].map(([, length]) => Number(length));
    return { proved: new Set(labels), refuted: new Map(), depth: lengths.at(-1) ?? 1 };
  } catch (error) {
    if (error instanceof YosysError && error.reason.startsWith('Yosys was stopped')) return nothing;
    throw error;
  }
};

export const reachability = async (
  model: ProofModel,
  labels: readonly string[],
  limits: EngineLimits,
): Promise<EngineAnswer> => {
  const { log, outputs, constant } = await runAbc(
    model,
    labels,
    [`pdr,-a,-T,${seconds(limits.seconds)}`],
    limits.seconds,
  );
  const proved = new Set([
    ...constant,
    ...[...log.matchAll(/Proved output +(\d+) in frame/g)].map(([, at]) => outputs[Number(at)] ?? ''),
  ]);
  if (labels.length === 1 && /Property proved/.test(log)) proved.add(labels[0] ?? '');
  const frames = /Invariant F\[(\d+)\]/.exec(log)?.[1];
  return { proved, refuted: assertedOutputs(log, outputs), depth: frames === undefined ? 0 : Number(frames) };
};

/** The inputs of each cycle that lead to a violation, and what is held at the start, as abc wrote them. */
export interface Counterexample {
  readonly map: AigerMap;
  /** By cycle, then by the number of the input. */
  readonly inputs: readonly ReadonlyMap<number, boolean>[];
}

/** The shortest way to the violation of a property that is known to fail; null where it takes too long to find. */
export const counterexample = async (
  model: ProofModel,
  label: string,
  limit: number,
): Promise<Counterexample | null> => {
  const script = [`bmc3,-F,0,-T,${seconds(limit)}`, 'write_cex,-n,/cex.txt'];
  const { files, map } = await runAbc(model, [label], script, limit);
  const text = files['cex.txt'];
  if (text === undefined) return null;
  const inputs: Map<number, boolean>[] = [];
  for (const [, input, frame, value] of text.matchAll(/^pi(\d+)@(\d+)=([01])$/gm)) {
    const at = Number(frame);
    inputs[at] ??= new Map();
    inputs[at].set(Number(input), value === '1');
  }
  return { map, inputs };
};
