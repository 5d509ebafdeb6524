/** Everything that is judged of a run from its ports, without the model. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { WriteGateParameters } from '../../../../rtl/write-gate/interface.ts';
import { Axi4Checker } from '../../../axi/checker.ts';
import { channelRules, liteResponseChannels } from '../../axi/channel-rules.ts';
import type { Scoreboard } from '../../driver.ts';
import type { WriteGateDriver } from './drive.ts';
import { Ledger } from './ledger.ts';

export const writeGateScoreboards = (
  p: WriteGateParameters,
  layout: PortLayout,
  driver: WriteGateDriver,
): readonly Scoreboard[] => {
  const atEnd = (name: string, judge: () => string | null): Scoreboard => ({ name, cycle: () => null, end: judge });
  const limits = { maxOutstanding: 256, exclusiveReads: 256 };
  return [
    new Axi4Checker(layout, 's_axi', { requests: 'input', keeper: 'subordinate', ...limits }),
    new Axi4Checker(layout, 'm_axi', { requests: 'output', keeper: 'manager', ...limits }),
    channelRules(layout, liteResponseChannels('s_axil')),
    atEnd('progress', () => (driver.stuck ? `nothing moves any more, in the phase '${driver.phase}'` : null)),
    new Ledger(p, layout),
    atEnd('answers', () => driver.device.problem),
  ];
};
