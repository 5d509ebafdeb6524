/** Whether a scenario's run may come to stand still, and be right: a memory hangs, and nobody takes it out of use. */
import type { SystemParameters } from './parameters.ts';
import { keeperRegisters, unitRegisters } from './registers.ts';
import type { Step, SystemScenario } from './scenario.ts';

/** The longest timeout with which a memory that hangs is found well within a scenario's patience. */
export const longestTimeout = 400;

/** Writes a timeout that is off, or too long. */
const turnsOff =
  (p: SystemParameters) =>
  (step: Step): boolean => {
    if (step.kind !== 'access' || step.access.kind !== 'write') return false;
    const { address, data, strobes } = step.access;
    const place = step.port === 'keeper' ? keeperRegisters.timeout : unitRegisters.timeout;
    if (address - (address % 4) !== place) return false;
    const cycles = data % 2 ** (step.port === 'keeper' ? 16 : p.timerWidth);
    return strobes !== 15 || cycles === 0 || cycles > longestTimeout;
  };

/** A reset takes away what software waits for: that a memory fails, which failed before. */
const waitsInVain = ({ software, resets }: Pick<SystemScenario, 'software' | 'resets'>): boolean =>
  resets.length > 0 && software.some(({ kind }) => kind === 'until');

export const mayHang = (
  p: SystemParameters,
  scenario: Pick<SystemScenario, 'settings' | 'software' | 'resets'>,
): boolean => [...scenario.settings, ...scenario.software].some(turnsOff(p)) || waitsInVain(scenario);
