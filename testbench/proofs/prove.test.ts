import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bit, bits, elaborate, input, lit, module, output, select } from '../../rtl/hdl/index.ts';
import type { ProofTarget } from '../../rtl/parts/proof-target.ts';
import { partProofs } from '../../rtl/parts/proofs.ts';
import { projectRoot } from '../commands/version.ts';
import { editInstance } from '../mutation/edit-instance.ts';
import { changeInValues, constantLike } from '../mutation/places.ts';
import { proofLists } from './lists.ts';
import { propertiesOf } from './properties-of.ts';
import { type PropertyVerdict, proveModule } from './prove-module.ts';
import { proveTarget } from './prove-target.ts';
import { replayTrace, type Trace } from './trace.ts';

// Below the project, so that the written test finds its packages.
const build = join(projectRoot(), 'build');
mkdirSync(build, { recursive: true });
const directory = mkdtempSync(join(build, 'proofs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const verdictOf = (verdicts: readonly PropertyVerdict[], property: string): PropertyVerdict => {
  const found = verdicts.find((verdict) => verdict.property === property);
  if (found === undefined) throw new Error(`no verdict for '${property}'`);
  return found;
};

const bufferOfTwo = partProofs.flatMap(({ targets }) => targets).find(({ name }) => name === 'a buffer of 2');
if (bufferOfTwo === undefined) throw new Error('the buffer of two is gone');

describe('proveModule', () => {
  test('starts after a reset: registers with one hold its value, others hold anything', async () => {
    const start = elaborate(
      module('start', { step: input(bit), value: output(bits(4)), other: output(bits(4)) }, (io, m) => {
        const r = m.regs({ five: { type: bits(4), reset: 5 }, any: { type: bits(4), reset: 'none' } });
        io.value.set(r.five);
        io.other.set(r.any);
        m.when(io.step, () => r.any.set(3));
        m.when(io.step, () => r.five.set(r.five));
        m.assert(r.five.eq(5), 'the value stays what it was reset to');
        m.assert(r.any.ne(9), 'the other is never nine');
      }),
    );
    const verdicts = await proveModule(start);
    expect(verdictOf(verdicts, 'the value stays what it was reset to')).toMatchObject({
      verdict: 'proved',
      engine: 'k-induction',
      trace: null,
    });
    const nine = verdictOf(verdicts, 'the other is never nine');
    expect(nine).toMatchObject({ verdict: 'failed', engine: 'bmc3', depth: 1 });
    expect(nine.source).toMatch(/testbench\/proofs\/prove\.test\.ts:\d+$/);
    expect(nine.trace?.initial).toEqual({ any: '0x9' });
    expect(replayTrace(start, nine.trace as Trace).violation).toMatchObject({ cycle: 0 });
  });

  test('tells of each of two properties that say the same', async () => {
    const same = elaborate(
      module('same', { taken: input(bits(4)) }, (io, m) => {
        m.assert(io.taken.ne(9), 'one');
        m.assert(io.taken.ne(9), 'other');
      }),
    );
    for (const properties of [['one'], ['other'], ['one', 'other']]) {
      const verdicts = await proveModule(same, { properties });
      expect(verdicts.map(({ property, verdict }) => [property, verdict])).toEqual(
        properties.map((property) => [property, 'failed']),
      );
    }
  });

  test('tells what fails and what can come among more than ten properties', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    const many = elaborate(
      module('many', { taken: input(bits(12)) }, (io, m) => {
        const { last } = m.regs({ last: { type: bits(12), reset: 0 } });
        last.set(io.taken);
        for (const [index, name] of names.entries()) {
          m.assert(last.bit(index).not(), `${name} was not taken`);
          m.cover(last.bit(index).and(last.bit((index + 1) % 12)), `${name} was taken with the next`);
        }
      }),
    );
    const verdicts = await proveModule(many, { engines: ['bmc3'], depth: 3 });
    for (const name of names) {
      expect(verdictOf(verdicts, `${name} was not taken`)).toMatchObject({ verdict: 'failed', depth: 2 });
      expect(verdictOf(verdicts, `${name} was taken with the next`)).toMatchObject({ verdict: 'proved', depth: 2 });
    }
  });

  test('finds what fails behind the depth of the search, and how', async () => {
    const counter = elaborate(
      module('counter', { go: input(bit), value: output(bits(4)) }, (io, m) => {
        const { count } = m.regs({ count: { type: bits(4), reset: 0 } });
        io.value.set(count);
        m.when(io.go, () => count.set(count.add(1)));
        m.assume(count.ne(12).or(io.go.not()), 'it does not go on at twelve');
        m.assert(count.ne(9), 'nine is never reached');
        m.assert(count.ne(13), 'thirteen is never reached');
        m.cover(count.eq(11), 'eleven');
        m.cover(count.eq(14), 'fourteen');
      }),
    );
    const verdicts = await proveModule(counter, { depth: 3 });
    const nine = verdictOf(verdicts, 'nine is never reached');
    expect(nine).toMatchObject({ verdict: 'failed', engine: 'pdr', depth: 10 });
    expect(replayTrace(counter, nine.trace as Trace).violation).toMatchObject({ cycle: 9 });
    expect(verdictOf(verdicts, 'thirteen is never reached').verdict).toBe('proved');
    expect(verdictOf(verdicts, 'eleven')).toMatchObject({ flavour: 'cover', verdict: 'proved', depth: 12 });
    const broken = { ...(nine.trace as Trace), inputs: Array(40).fill({ aresetn: '0x1', go: '0x1' }) };
    expect(replayTrace(counter, { ...broken, property: 'thirteen is never reached' }).violation).toBeNull();
    expect(verdictOf(verdicts, 'fourteen')).toMatchObject({ flavour: 'cover', verdict: 'failed', trace: null });
  });

  test('induction looks at the first cycle too', async () => {
    const first = elaborate(
      module('first', { value: output(bit) }, (io, m) => {
        const { later } = m.regs({ later: { type: bit, reset: 0 } });
        later.set(1);
        io.value.set(later);
        m.assert(later, 'it is later');
      }),
    );
    const verdicts = await proveModule(first, { engines: ['k-induction', 'bmc3'] });
    expect(verdictOf(verdicts, 'it is later')).toMatchObject({ verdict: 'failed', engine: 'bmc3', depth: 1 });
  });

  test('a table that a register without reset reads holds what it holds from the start', async () => {
    const entries = [8, 0, 1, 2, 3, 4, 5, 6, 7].map((value) => lit(4, value));
    const table = elaborate(
      module('numbers', { value: output(bits(4)) }, (io, m) => {
        const { any } = m.regs({ any: { type: bits(4), reset: 'none' } });
        any.set(any);
        io.value.set(select(any, entries));
        m.assert(any.ne(2).or(io.value.eq(1)), 'the entry at two is one');
        m.assert(any.ne(2).or(io.value.eq(0)), 'the entry at two is zero');
      }),
    );
    const verdicts = await proveModule(table, { depth: 3 });
    expect(verdictOf(verdicts, 'the entry at two is one').verdict).toBe('proved');
    expect(verdictOf(verdicts, 'the entry at two is zero')).toMatchObject({ verdict: 'failed', depth: 1 });
  });

  test('says how far it looked where the search is all there is', async () => {
    const width = 14;
    const value = bits<number>(width);
    const distributive = elaborate(
      module('distributive', { a: input(value), b: input(value), c: input(value), same: output(bit) }, (io, m) => {
        const { cycles } = m.regs({ cycles: { type: bits(3), reset: 0 } });
        m.when(cycles.ne(7), () => cycles.set(cycles.add(1)));
        const sum = io.a.add(io.b).multiply(io.c).truncate(width);
        const parts = io.a.multiply(io.c).truncate(width).add(io.b.multiply(io.c).truncate(width));
        io.same.set(sum.eq(parts));
        m.assert(cycles.ne(7).or(sum.eq(parts)), 'multiplication distributes');
      }),
    );
    const [verdict] = await proveModule(distributive, { depth: 5, seconds: 240, engines: ['bmc3'] });
    expect(verdict).toMatchObject({ verdict: 'bounded', engine: 'bmc3', depth: 5, trace: null });
  });
});

describe('proveTarget', () => {
  test('a planted mistake fails, with a trace that the simulator replays and files to go on with', async () => {
    // Ready whatever is held: the buffer takes a third item and loses it.
    const change = (top: Parameters<typeof editInstance>[0]) =>
      editInstance(top, ['part'], (part) =>
        changeInValues(
          part,
          'push_ready',
          (node) => node.kind === 'unary',
          (node) => constantLike(node, 1n),
        ),
      );
    const rows = await proveTarget('buffer', bufferOfTwo, { change, directory, sources: projectRoot() });
    const failed = rows.filter(({ verdict }) => verdict === 'failed');
    expect(failed.map(({ property }) => property)).toContain('it holds no more than its capacity');
    const row = failed.find(({ property }) => property === 'it holds no more than its capacity');
    expect(row).toMatchObject({ block: 'buffer', parameters: { entries: 2 }, engine: 'bmc3', depth: 4 });
    const { waves = '', test: file = '', command = '' } = row?.files ?? {};
    expect(readFileSync(waves, 'utf8')).toContain('$var wire 2');
    const trace = JSON.parse(/const trace = (\{[\s\S]*?\n\});/.exec(readFileSync(file, 'utf8'))?.[1] ?? '') as Trace;
    const planted = change(elaborate(bufferOfTwo.module()));
    expect(replayTrace(planted, trace).violation?.message).toMatch(/cycle 3: .*holds no more than its capacity/);
    // The buffer itself has no such mistake, so that the test runs green as it stands.
    const run = spawnSync(command, { cwd: projectRoot(), shell: true, encoding: 'utf8' });
    expect(`${run.stdout}${run.stderr}`).toMatch(/1 passed/);
    expect(run.status).toBe(0);
  });
});

/** The larger ones take long to elaborate. */
const elaborated = process.env.PORTCULLIS_THOROUGH === '1' ? () => true : (target: ProofTarget) => !target.thorough;

test('every target has properties, a name of its own, and a page that is there', () => {
  for (const { targets } of proofLists) {
    expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length);
    for (const target of targets) {
      if (elaborated(target)) expect(propertiesOf(target).length).toBeGreaterThan(0);
      const [page = '', section] = target.section.split(', ');
      const path = join(projectRoot(), page);
      expect(existsSync(path)).toBe(true);
      if (section !== undefined) expect(readFileSync(path, 'utf8')).toContain(`# ${section}`);
    }
  }
});
