/** Everything that is judged of a run from its ports, without the model. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { axi4Rules } from '../../../../rtl/parts/axi/rules.ts';
import { Axi4Checker } from '../../../axi/checker.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import type { SystemDriver } from './drive.ts';
import type { SystemParameters } from './parameters.ts';
import type { SystemScenario } from './scenario.ts';
import { memoryPrefixes } from './two-memories.ts';

const subordinateRules = new Set(axi4Rules.filter(({ keeper }) => keeper === 'subordinate').map(({ name }) => name));

/** The rules of managers at a memory's port: its reset ends what was there, and where it breaks its own rules nothing follows from them. */
const atMemory = (layout: PortLayout, prefix: string, memory: 0 | 1): Scoreboard => {
  const checker = new Axi4Checker(layout, prefix, { requests: 'output', keeper: 'manager' });
  const reset = inputSlot(layout, 'aresetn').word;
  const request = outputSlot(layout, 'keeper_reset_request').word;
  const seen = new Uint32Array(layout.inputWords);
  let broken = false;
  return {
    name: checker.name,
    cycle(inputs, outputs, cycle) {
      seen.set(inputs);
      const held = (((outputs[request] ?? 0) >>> memory) & 1) !== 0;
      // What was offered before it is withdrawn somewhere in the memory's reset.
      if (held) seen[reset] = 0;
      if (seen[reset] === 0) broken = false;
      const message = checker.cycle(seen, outputs, cycle);
      if (held) return null;
      broken ||= checker.broken.some((rule) => subordinateRules.has(rule));
      return broken ? null : message;
    },
  };
};

export const systemScoreboards = (
  scenario: SystemScenario,
  p: SystemParameters,
  layout: PortLayout,
  driver: SystemDriver,
): readonly Scoreboard[] => {
  const atEnd = (name: string, judge: () => string | null): Scoreboard => ({ name, cycle: () => null, end: judge });
  const units = Array.from({ length: p.units }, (_, unit) => `u${unit}`);
  return [
    ...units.map((unit) => new Axi4Checker(layout, `${unit}_s_axi`, { requests: 'input', keeper: 'subordinate' })),
    ...([0, 1] as const).flatMap((memory) =>
      memoryPrefixes(p, memory).map((prefix) => atMemory(layout, prefix, memory)),
    ),
    channelRules(
      layout,
      [...units, 'keeper'].flatMap((part) => liteResponseChannels(`${part}_s_axil`)),
    ),
    atEnd('progress', () =>
      driver.stuck && !scenario.mayHang ? `nothing moves any more, in the phase '${driver.phase}'` : null,
    ),
    atEnd('answers', () => driver.processors.map(({ problem }) => problem).find((each) => each !== null) ?? null),
  ];
};
