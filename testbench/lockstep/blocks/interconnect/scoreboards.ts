/** Everything that is judged of a run from its ports, without the model. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { type InterconnectParameters, managerPort, subordinatePort } from '../../../../rtl/interconnect/interface.ts';
import { Axi4Checker } from '../../../axi/checker.ts';
import type { Scoreboard } from '../../driver.ts';
import type { InterconnectDriver } from './drive.ts';
import { Ledger } from './ledger.ts';

export const interconnectScoreboards = (
  p: InterconnectParameters,
  layout: PortLayout,
  driver: InterconnectDriver,
): readonly Scoreboard[] => {
  const atEnd = (name: string, judge: () => string | null): Scoreboard => ({ name, cycle: () => null, end: judge });
  const limits = { maxOutstanding: 256, exclusiveReads: 256 };
  return [
    ...driver.managers.map(
      (_, manager) =>
        new Axi4Checker(layout, managerPort(manager), { requests: 'input', keeper: 'subordinate', ...limits }),
    ),
    ...driver.subordinates.map(
      (_, subordinate) =>
        new Axi4Checker(layout, subordinatePort(subordinate), { requests: 'output', keeper: 'manager', ...limits }),
    ),
    atEnd('progress', () => (driver.stuck ? 'nothing moves any more' : null)),
    new Ledger(p, layout),
    atEnd('answers', () => driver.managers.map(({ problem }) => problem).find((problem) => problem !== null) ?? null),
  ];
};
