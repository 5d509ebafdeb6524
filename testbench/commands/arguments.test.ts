import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { recordedPath } from '../captures/recorded.ts';
import { commandRunner } from './run-command.ts';
import { projectVersion } from './version.ts';

const runCommand = commandRunner(main);

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const text = file('text.txt', 'no capture at all\n');
const empty = file('empty.pcap', '');
const whole = readFileSync(recordedPath('web.pcap'));
const cut = file('cut.pcap', whole.subarray(0, whole.length - 5));
const cutHead = file('cut-head.pcap', whole.subarray(0, 10));
const json = file('other.json', '{"block": "other"}');
const brokenJson = file('broken.json', '{"block": ');
const badVerilog = file('bad.v', 'module bad(input a;\nendmodule\n');
const goodVerilog = file('good.v', 'module good(input a, output y);\n  assign y = ~a;\nendmodule\n');
const missing = join(folder, 'missing');

/** A request, and what the line that refuses it has to say. */
const refused: readonly (readonly [string, RegExp])[] = [
  ['chek', /no verb 'chek'. Did you mean 'check'\? Choices: all, generate, check, prove/],
  ['help chek', /no verb 'chek'. Did you mean 'check'/],
  ['constructor', /no verb 'constructor'/],
  ['check --cylces 5', /no option of 'check' '--cylces'. Did you mean '--cycles'\?/],
  ['check -x', /no option of 'check' '-x'/],
  ['check --json=1', /--json takes no value/],
  ['check packet_unit again', /'again' is one too many/],
  ['all packet_unit', /takes no plain arguments/],
  ['all --seed 5', /no option of 'all' '--seed'\. Choices: --thorough, --json, --help/],
  ['all --thorogh', /no option of 'all' '--thorogh'. Did you mean '--thorough'\?/],
  ...['generate', 'synth', 'wave'].map(
    (verb) => [`${verb} --out=`, /--out needs a value, as in --out (DIR|FILE\.vcd)/] as const,
  ),
  ['check packet_unit --ways model,,rtl', /--ways model,,rtl has an empty item; leave out one comma/],
  ['synth packet_hash --target lut4,', /--target lut4, has an empty item; leave out one comma/],
  ['boot --on ,model', /--on ,model has an empty item; leave out one comma/],
  ['check packet_unit --ways ,', /--ways , has an empty item/],
  ['check --ways=', /--ways needs a value, as in --ways model,rtl,verilog,gates/],
  ['generate paket_unit', /no block 'paket_unit'. Did you mean 'packet_unit'\?/],
  ['generate packet_unit --prefix Dma', /--prefix takes lower case letters.*as in --prefix dma_, not 'Dma'/],
  ['generate --set', /--set needs a value, as in --set name=value/],
  ['generate --set dataWidth', /takes name=value.*not 'dataWidth'/],
  ['generate --set =5', /takes name=value.*not '=5'/],
  ['generate --set dataWith=64', /no parameter 'dataWith'.*did you mean 'dataWidth'/],
  ['generate --set dataWidth=65', /'dataWidth' of packet_unit is 65.*nearest allowed value is 64/],
  ['generate --set frameBeats=9999', /'frameBeats' of packet_unit is 9999.*nearest allowed value is 4096/],
  ['generate packet_unit --set clients=2 --set clients=4', /--set gives clients twice/],
  ['synth packet_unit --set clients=2 --sweep clients=4,8', /--set and --sweep both give clients/],
  [`synth --peer ${goodVerilog} --top good --sweep W=1,2`, /--sweep is for blocks/],
  [`synth --peer ${goodVerilog} --top good --set W=abc`, /--set W= takes a constant of Verilog.*not 'abc'/],
  ['generate --set dataWidth=wide', /'dataWidth' of packet_unit is 'wide'.*64, 128, 256 or 512/],
  [`generate packet_hash --out ${text}`, /text\.txt: a file is there/],
  ['wave packet_unit --out /proc/x.vcd', /\/proc\/x\.vcd: no file can be made in \/proc; .*another place/],
  [
    `synth --peer ${text} --top good`,
    /text\.txt:1: syntax error.*; it is read as Verilog: give a file that ends in \.v/,
  ],
  [
    'generate packet_hash --out /proc/portcullis',
    /\/proc\/portcullis: no directory can be made in \/proc; .*another place/,
  ],
  [`synth packet_unit --out ${text}`, /text\.txt: a file is there, where a directory is needed/],
  [`synth --peer ${goodVerilog} --top good --out ${text}`, /text\.txt: a file is there, where a directory is needed/],
  [`generate packet_hash --out ${text}/below`, /text\.txt: a file is there, where a directory is needed/],
  ['check packet_hash', /packet_hash has no model.*check packet_unit/],
  ['check --ways modl', /no value of --ways 'modl'. Did you mean 'model'\?/],
  ['check --cycles many', /--cycles takes a whole number of at least 1, not 'many'/],
  ['check --cycles 0', /--cycles takes a whole number of at least 1, not '0'/],
  ['check --seed 1.5', /--seed takes a whole number, not '1\.5'/],
  ['check --seed 99999999999', /seed is 99999999999; it must be a whole number from/],
  ['check --path 1:2', /path needs the seed/],
  ['check --seed 1 --path here', /path is 'here'; it must be numbers/],
  ['check --plant packet_limit', /Did you mean 'packet_limit_late'\?/],
  [`check --capture ${missing}`, /missing: no such file or directory/],
  [`check --capture ${folder}`, /is a directory/],
  [`check --capture ${text}`, /text\.txt: byte 0: .*expected a pcap or pcapng capture/],
  [`check --capture ${empty}`, /empty\.pcap: byte 0: /],
  [`check --capture ${cut}`, /cut\.pcap: byte \d+: the file is cut off/],
  [`check --capture ${cutHead}`, /cut-head\.pcap: byte \d+: /],
  [`check --replay ${json}`, /other\.json: it is for the block 'other'/],
  [`check --replay ${brokenJson}`, /broken\.json: no JSON/],
  [`check --replay ${missing}`, /missing: no such file or directory/],
  ['check --sweep dataWidth=', /names no values/],
  ['check packet_unit --sweep dataWidth=64,,128', /has an empty value/],
  ['check packet_unit --sweep dataWidth=64,128,64', /names 64 twice/],
  ['check --sweep dataWidth', /--sweep takes name=value/],
  ['synth --sweep dataWidth=64,x', /is 'x', but it must be 64, 128, 256 or 512/],
  ['synth --target lut5', /no value of --target 'lut5'. Did you mean 'lut4'\?/],
  ['synth --top good', /--top names a module.*give --peer/],
  [`synth --peer ${goodVerilog}`, /--peer needs --top/],
  [`synth packet_unit --peer ${goodVerilog} --top good`, /Give a block or --peer, not both/],
  [`synth --peer ${missing} --top good`, /missing: no such file/],
  [`synth --peer ${folder} --top good`, /is a directory, not a Verilog file/],
  [`synth --peer ${goodVerilog} --top god`, /no module `god' in .*good\.v; modules: good/],
  [`synth --peer ${goodVerilog} --top good --set WIDTH=3`, /no parameter `WIDTH'; parameters: none/],
  [`synth --peer ${goodVerilog} --top good --set WIDTH`, /--set takes name=value/],
  [`synth --peer ${badVerilog} --top bad`, /bad\.v:1: syntax error/],
  ['wave packet_hash', /no traffic for 'packet_hash'; blocks with traffic: packet_unit/],
  [`wave --capture ${text}`, /expected a pcap or pcapng capture/],
  [`wave --cycles 20 --out ${text}/a.vcd`, /a\.vcd|text\.txt/],
  [`wave --cycles 20 --out ${folder}`, /a directory is there, where a file is needed/],
  [
    `wave --capture ${recordedPath('headers.pcap')} --cycles 1000000 --from 99999`,
    /--from is 99999, but the traffic ends after [\d,]+ cycles; give at most \d+\./,
  ],
  ['wave --cycles 20 --from 20', /--from is 20, but only 20 cycles are recorded; give at most 19, or more --cycles/],
  ['wave --from -1', /--from takes a whole number of at least 0/],
  ['bench paket_unit', /no design to race 'paket_unit'. Did you mean 'packet_unit'\?/],
  ['bench --rounds x', /--rounds takes a whole number/],
  ['bench --machine packet_unit', /--machine races the whole machine: leave out 'packet_unit'/],
  ['bench --machine --cycles 100', /has its own cycles: leave out --cycles/],
  [
    'bench --machine --scenario memory-dise',
    /no scenario on the bare machine 'memory-dise'. Did you mean 'memory-dies'\?/,
  ],
  ['bench --machine --scenario the-day', /no scenario on the bare machine 'the-day'.*memory-dies, disk-hangs/],
  ['bench --machine --on model,rlt', /'rlt'. Did you mean 'rtl'\?/],
  ['bench --machine --volume', /--machine and --volume are two races: ask for one/],
  ['bench --on model', /--on is of the race of the whole machine: add --machine/],
  ['bench --scenario memory-dies', /--scenario is of the race of the whole machine: add --machine/],
  ['share', /needs the directory to share/],
  [`share ${missing}`, /missing: no such file or directory/],
  ['share /dev/null', /dev\/null: .*not a directory/],
  [`share ${folder} --listen here`, /takes unix:PATH, HOST:PORT or a port alone.*not 'here'/],
  [`share ${folder} --listen localhost:70000`, /takes unix:PATH, HOST:PORT.*not 'localhost:70000'/],
  [`share ${folder} --listen unix:`, /takes unix:PATH/],
  [`share ${folder} --listen unix:/${'x'.repeat(200)}`, /has at most 107 bytes/],
  [`share ${folder} --listen unix:${missing}/socket`, /Cannot listen at unix:.*the socket's directory must be there/],
  [`share ${folder} --listen 192.0.2.1:5640`, /Cannot listen at 192\.0\.2\.1:5640: this machine has no such address/],
  [`share ${folder} --quota 5X`, /--quota takes a number of bytes, as in --quota 500M .*not '5X'/],
  [`share ${folder} --readonly=1`, /--readonly takes no value/],
  ['prove bufer', /no block or part with proofs 'bufer'. Did you mean 'buffer'\?/],
  ['prove buffer --depth 0', /--depth takes a whole number of at least 1/],
  ['prove buffer --property nothing', /no property 'nothing'.*it holds no more than its capacity/],
];

test.each(refused)('portcullis %s', async (words, said) => {
  const { code, out, error } = await runCommand(...words.split(' '));
  // What is refused is refused before the work, whose progress would be told.
  expect(error).not.toMatch(/Synthesising|Checking/);
  const lines = error.trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  expect(last).toMatch(/^portcullis: /);
  expect(last).toMatch(said);
  expect(error).not.toMatch(/^\s+at /m);
  expect(out).toBe('');
  expect(code).toBe(2);
});

test('without a verb, and with --help, it says what there is', async () => {
  const bare = await runCommand();
  const help = await runCommand('--help');
  expect(bare).toMatchObject({ code: 2, error: '' });
  expect(help).toMatchObject({ code: 0, error: '', out: bare.out });
  for (const verb of verbs) expect(help.out).toMatch(new RegExp(`^  ${verb} +\\S`, 'm'));
  expect(await runCommand('--version')).toMatchObject({ code: 0, out: `${projectVersion()}\n` });
});

const verbs = ['all', 'generate', 'check', 'prove', 'synth', 'wave', 'share', 'volume', 'store', 'bench'];

test.each(verbs)('%s --help tells every option', async (verb) => {
  const help = await runCommand(verb, '--help');
  expect(help).toMatchObject({ code: 0, error: '' });
  expect(help.out).toContain('--json');
  expect(help.out).toContain(`portcullis ${verb}`);
  expect(await runCommand(verb, '-h')).toEqual(help);
  expect(await runCommand('help', verb)).toEqual(help);
});
