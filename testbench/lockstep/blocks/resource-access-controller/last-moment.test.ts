/** A device answers just before its transaction is found to be overdue, in that cycle, or just after. */
import { expect, test } from 'vitest';
import { resourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { editInstance } from '../../../mutation/edit-instance.ts';
import { changeInValues, constantLike, isReference } from '../../../mutation/places.ts';
import type { Way } from '../../way.ts';
import { makeWays, modelWay, rtlWay } from '../../ways.ts';
import { plainEntry, programme, readOf, writeOf } from './directed.ts';
import { resourceAccessControllerBlock as block } from './index.ts';
import { runRac } from './run.ts';
import { emptyScenario, healthyDevice } from './scenario.ts';

const parameters = block.resolve({ dataWidth: 32, outstanding: 2, ports: 1, resources: 1, entries: 1 });
const p = resourceAccessControllerParameters(parameters);
const timeout = 12;

/** One read and one write, to a device that takes so long to answer. */
const answered = (latency: number, gap: number, ways: readonly Way[]) =>
  runRac(
    emptyScenario(p.ports, {
      settings: programme(p, [plainEntry(0)], [timeout]),
      devices: [{ ...healthyDevice, behaviour: { ...plainSubordinate, latencies: [latency] } }],
      transactions: [readOf(0x40, { size: 2, wait: gap }), writeOf(0x80, { size: 2, wait: gap })],
      rest: 60,
    }),
    p,
    ways,
  );

const latencies = Array.from({ length: 12 }, (_, more) => timeout - 4 + more);
const gaps = [0, 1];

test('model, hardware and Verilog agree on which answers come in time', async () => {
  const ways = await makeWays(block, parameters, ['model', 'rtl', 'verilog']);
  const ends = new Set<string>();
  for (const latency of latencies)
    for (const gap of gaps) {
      const { difference, ledger } = answered(latency, gap, ways);
      expect(difference).toBeNull();
      for (const { kind, end } of ledger.transactions) ends.add(`${kind} ${end}`);
    }
  expect([...ends].sort()).toEqual(['read faked', 'read real', 'write either', 'write faked']);
});

test('hardware that isolates a port in the cycle of the answer is found out', () => {
  const side = ['path', 'port_0', 'read_side'];
  const hasty = editInstance(block.module(parameters), side, (module) =>
    changeInValues(
      module,
      'expired',
      (node) => node.kind === 'unary' && node.operator === 'not' && isReference(node.operand, 'going_on'),
      (node) => constantLike(node, (1n << BigInt(node.width)) - 1n),
    ),
  );
  const ways = [modelWay(block.model(parameters)), rtlWay(hasty)];
  const differences = latencies.flatMap((latency) => gaps.map((gap) => answered(latency, gap, ways).difference));
  expect(differences.some((difference) => difference !== null)).toBe(true);
});
