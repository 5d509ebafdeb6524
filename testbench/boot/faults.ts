/** Faults as scenarios and the command line write them: `memory-lost memory=0 at=5000`. */
import { deviceNames, type Fault } from '../../model/hardware/platform/index.ts';
import { below, choice, flag, type Kind, memoryNumber, number, readForm } from './forms.ts';
import { refuseWord, type Statement } from './statement.ts';

export interface Timed {
  readonly fault: Fault;
  /** Cycle; the present one when left out. */
  readonly at: number | undefined;
  /** Where it is written. */
  readonly statement?: Statement;
}

type Faulty = (statement: Statement) => Timed;

const when = { at: number };
const device: Kind<(typeof deviceNames)[number]> = choice(...deviceNames);

const ofDevice =
  (kind: 'device-hang' | 'device-error' | 'device-lost' | 'device-replaced'): Faulty =>
  (statement) => {
    const { at, device: name } = readForm(statement, { needs: { device }, may: when });
    return { fault: { kind, device: name }, at };
  };

const forms: Readonly<Record<Fault['kind'], Faulty>> = {
  'memory-lost': (statement) => {
    const { at, memory, how } = readForm(statement, {
      needs: { memory: memoryNumber },
      may: { ...when, how: choice('hangs', 'errs') },
    });
    return { fault: { kind: 'memory-lost', memory, ...(how && { how }) }, at };
  },
  'memory-replaced': (statement) => {
    const { at, memory } = readForm(statement, { needs: { memory: memoryNumber }, may: when });
    return { fault: { kind: 'memory-replaced', memory }, at };
  },
  'line-lost': (statement) => {
    const needs = { memory: memoryNumber, address: number };
    const { at, ...fault } = readForm(statement, { needs, may: when });
    return { fault: { kind: 'line-lost', ...fault }, at };
  },
  'bit-flip': (statement) => {
    const needs = { memory: memoryNumber, address: number, bit: below(8) };
    const { at, ...fault } = readForm(statement, { needs, may: when });
    return { fault: { kind: 'bit-flip', ...fault }, at };
  },
  'device-hang': ofDevice('device-hang'),
  'device-error': ofDevice('device-error'),
  'device-lost': ofDevice('device-lost'),
  'device-replaced': ofDevice('device-replaced'),
  'device-babble': (statement) => {
    const { at, device: name, seed } = readForm(statement, { needs: { device }, may: { ...when, seed: number } });
    return { fault: { kind: 'device-babble', device: name, ...(seed !== undefined && { seed }) }, at };
  },
  link: (statement) => {
    const needs = { device: choice('network0', 'network1'), up: flag };
    const { at, ...fault } = readForm(statement, { needs, may: when });
    return { fault: { kind: 'link', ...fault }, at };
  },
  tamper: (statement) => ({ at: readForm(statement, { may: when }).at, fault: { kind: 'tamper' } }),
  'power-cut': (statement) => ({ at: readForm(statement, { may: when }).at, fault: { kind: 'power-cut' } }),
};

/** Reads a fault from the words of a statement. @throws ScenarioError */
export const readFault = (statement: Statement): Timed => {
  const kind = statement.words[0] ?? '';
  const form = (forms as Readonly<Record<string, Faulty>>)[kind];
  if (form === undefined) throw refuseWord(statement, 'fault', kind, Object.keys(forms));
  return { ...form(statement), statement };
};
