/** Whose fault an error is: the request's, exit code 2, or ours, exit code 3. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { main } from '../../portcullis.ts';
import { bit, bits, input, module, output } from '../../rtl/hdl/index.ts';
import { runYosys, YosysError } from '../../synth/yosys/index.ts';
import { blocks } from './blocks.ts';
import { explain } from './errors.ts';
import { commandRunner } from './run-command.ts';
import { projectRoot } from './version.ts';

const runCommand = commandRunner(main);
const folder = mkdtempSync(join(tmpdir(), 'portcullis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const block = blocks.find(({ name }) => name === 'packet_hash')!;
const missing = (path: string): Error =>
  Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), {
    code: 'ENOENT',
    syscall: 'open',
    path,
  });

test('what the language refuses of a block of ours is our fault, told with a trace, and no JSON', async () => {
  const wrong = module('wrong', { a: input(bit), y: output(bits(2)) }, (io) => io.y.set(io.a as never));
  const spy = vi.spyOn(block, 'definition').mockReturnValue(wrong);
  try {
    for (const words of [
      ['generate', 'packet_hash', '--json'],
      ['synth', 'packet_hash', '--target', 'lut4', '--no-place'],
    ]) {
      const run = await runCommand(...words, '--out', folder);
      expect(run, words[0]).toMatchObject({ code: 3, out: '' });
      expect(run.error).toMatch(/^portcullis: this is a fault of Portcullis, not of what was asked; please report it/);
      expect(run.error).toMatch(/errors\.test\.ts:\d+:\d+: error width-mismatch[\s\S]*\n {4}at /);
    }
  } finally {
    spy.mockRestore();
  }
});

test("what Yosys refuses is our fault, but for the user's own Verilog and for what was asked of it", async () => {
  const refusal = await runYosys(['read_verilog a.v'], { 'a.v': 'module a(input b\nendmodule\n' }).catch(
    (error) => error,
  );
  expect(refusal).toBeInstanceOf(YosysError);
  expect(explain(refusal, []).code).toBe(3);
  expect(explain(new YosysError('no module is called `x*', null, ''), [])).toEqual({
    text: 'no module is called `x*',
    code: 2,
  });
  expect(explain(new YosysError('Yosys is not installed', null, '', 'absent'), []).code).toBe(2);
});

test('a file that is missing is the fault of who named it', () => {
  const root = projectRoot();
  const own = join(root, 'testbench', 'captures', 'recorded', 'gone.pcap');
  expect(explain(missing(own), ['check']).code).toBe(3);
  expect(explain(missing(join(tmpdir(), 'portcullis-draft', 'a.v')), ['check']).code).toBe(3);
  expect(explain(missing(join(tmpdir(), 'my-work', 'build', 'boot', 'a.log')), ['boot']).code).toBe(2);
  const told = { text: `${own}: no such file or directory`, code: 2 };
  expect(explain(missing(own), ['check', '--capture', own])).toEqual(told);
  expect(
    explain(missing(join(root, 'rtl', 'mine', 'words.hex')), ['check', `--set=${join(root, 'rtl', 'mine')}`]).code,
  ).toBe(2);
  expect(explain(missing(join(root, 'gone')), ['wave', '--out', join(root, 'gone', 'wave.vcd')]).code).toBe(2);
  expect(explain(missing('/home/somebody/volume.img'), ['volume']).code).toBe(2);
  const full = Object.assign(missing(own), { code: 'ENOSPC' });
  expect(explain(full, ['check'])).toEqual({ text: `${own}: no space left on the device`, code: 2 });
});

test('whatever nobody thought of is ours', () => {
  expect(explain(new TypeError('x is undefined'), []).code).toBe(3);
  expect(explain('a text', [])).toMatchObject({ code: 3 });
});
