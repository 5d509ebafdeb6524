import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createModelPlatform } from '../../model/hardware/platform/index.ts';
import { main } from '../../portcullis.ts';
import { commandRunner, jsonOf } from '../commands/run-command.ts';
import { type BootRecord, runScenario } from './run.ts';
import { onMachine, readScenario } from './scenario.ts';
import { hypervisorScenarios, scenarioPath, shippedScenarios } from './shipped.ts';

const run = commandRunner(main);

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Of those with a hypervisor one stands for all, in a run that is not thorough. */
const quick = shippedScenarios.filter(
  (name) => name === 'grant-ends' || !hypervisorScenarios.some((long) => long === name),
);

test.each(thorough ? shippedScenarios : quick)('scenario %s holds', async (name) => {
  const path = scenarioPath(name);
  const scenario = readScenario(readFileSync(path, 'utf8'), path, name);
  const record = await runScenario(createModelPlatform, scenario, [], { event: () => {} });
  expect(record.expectations.filter(({ held }) => !held)).toEqual([]);
  expect(record.expectations.length).toBeGreaterThan(scenario.expectations.length);
});

test('on a machine with fewer processors programs share them', () => {
  const scenario = readScenario('machine processors=3\nprogram p processor=2\n  sleep 1', 'mine.scenario', 'mine');
  expect(onMachine(scenario, { processors: 2, clients: 4 })).toMatchObject({
    parameters: { processors: 2, clients: 4 },
    programs: [{ name: 'p', processor: 0 }],
  });
});

if (thorough)
  describe.each([1, 2, 4])('on %i processors', (processors) => {
    test.each(shippedScenarios)(
      'scenario %s gives one bus trace on model, hardware and Verilog',
      async (name) => {
        const { platforms } = await import('./machines.ts');
        const path = scenarioPath(name);
        const scenario = onMachine(readScenario(readFileSync(path, 'utf8'), path, name), { processors, unrolled: 1 });
        const hashes: string[] = [];
        for (const create of [platforms.model, platforms.rtl, platforms.verilog])
          hashes.push((await runScenario(create, scenario, [], { event: () => {} })).traceHash);
        expect(new Set(hashes).size).toBe(1);
      },
      3_600_000,
    );
  });

const program = 'program p\n  sleep 1\n';

test.each([
  ['machin processors=2', "1: there is no statement 'machin'. Did you mean 'machine'?"],
  ['machine processors=9', "1: parameter 'processors' of platform is 9"],
  ['machine 2', "1: '2' has no name; write name=value"],
  ['outside memoryBytes=much', "1: 'memoryBytes' is 'much', but it must be a whole number, as 4096, 0x1000, 4K"],
  ['fault memory-lost', '1: '],
  ['fault memory-lost memory=2', "1: 'memory' is '2', but it must be 0 or 1"],
  ['fault device-hang device=disk2', "1: there is no device 'disk2'. Did you mean 'disk"],
  ['fault device-hung device=disk0', "1: there is no fault 'device-hung'. Did you mean 'device-hang'?"],
  ['machine processors=2\nmachine clients=4', "2: there is a 'machine' in line 1 already; write all of it there"],
  ['outside memoryLatency=0', "1: option 'memoryLatency' is 0, but it must be an integer from 1 to 1000"],
  ['firmware deviceTimeout=100K', "1: 'deviceTimeout' is '100K', but it must be a whole number from 0 to 65535"],
  [
    `fill memory address=60G bytes=4K pattern=1\n${program}`,
    '1: 4096 bytes at 0xf00000000 are beyond the 67108864 bytes',
  ],
  ['fill memory block=2 bytes=4K pattern=1', '1: block= is for disks; write address= for memory'],
  ['fill disk0 block=1 bytes=4K pattern=1 memory=1', "1: memory= is for 'fill memory', not for 'disk0'"],
  [`fault bit-flip memory=0 address=1G bit=1\n${program}`, "1: 'address' of the fault 'bit-flip' is 1073741824"],
  ['fault bit-flip memory=0 address=0 bit=32', "1: 'bit' is '32', but it must be a whole number from 0 to 7"],
  ['program p domain=99\n  sleep 1', "1: 'domain' is '99', but it must be a whole number from 0 to 15"],
  ['program p\n  form 9 channel=prince slot=0', "2: 'form' is '9', but it must be a whole number from 0 to 7"],
  ['program p\n  write 0 bytes=0 pattern=1', "2: 'bytes' is '0', but it must be a whole number, and not 0"],
  ['program p\n  repeat 2\n    after q', "3: there is no program 'q'"],
  ['program a\n  after b\nprogram b\n  after a', '4: nobody here would ever end: a waits for b waits for a'],
  [`${program}expect audit`, "3: 'expect audit' is for scenarios with a 'hypervisor'"],
  ['limit 5\nhypervisor\n  trusted a\n    sleep 1', "1: write it as an option: 'hypervisor limit=5'"],
  ['type "no end', '1: a quotation mark is missing in "no end'],
  ['fill memory bytes=4K pattern=1', "1: 'fill' needs one of address= and block="],
  ['frames none.pcap to=network0 at=1 every=1', '1: there is no capture'],
  ['program p', "1: steps must stand below 'program p', indented"],
  ['program p\n  wriet 0 bytes=1 pattern=1', "2: there is no step 'wriet'. Did you mean 'write'?"],
  ['program p\n  write 0 bytes=1', "2: 'write' needs pattern=, a whole number"],
  ['program p\n  write 0 4 bytes=1 pattern=1', "2: '4' is one word too many for 'write'"],
  ['program p\n  sleep 1\n    sleep 2', "3: nothing stands below 'sleep'; take the indentation away"],
  ['program p\n    sleep 1\n  sleep 2', '3: is indented by 2 blanks'],
  ['program p processor=2\n  sleep 1', "1: there are processors 0 to 1; write 'machine processors=3' for more"],
  [`${program}${program}`, "3: there is a program 'p' in line 1 already"],
  [`${program}expect cycle most=1`, "3: there is no expectation 'cycle'. Did you mean 'cycles'?"],
  ['machine processors=1', '1: nothing runs in this scenario'],
  ['hypervisor\n  domain a pages=1\n    sleep 1', "1: nobody starts its domains; add 'trusted NAME' below it"],
  ['hypervisor\n  guest a pages=1', "2: there is no part of a hypervisor 'guest'"],
  ['hypervisor\n  domain a pages=1 runs=flodding', "2: there is no runs 'flodding'. Did you mean 'flooding'?"],
  ['hypervisor\n  domain a pages=1 runs=flooding\n    sleep 1', "3: 'a' runs flooding; take runs= away to write steps"],
  ['hypervisor\n  domain a pages=4 maximum=2\n    sleep 1', '2: maximum= is 2, but the domain begins with 4 pages'],
  ['hypervisor\n  domain a pages=1\n    swep 0 pages=1', "3: there is no step 'swep'. Did you mean 'sweep'?"],
  ['hypervisor\n  domain a pages=1\n    map g at=5', '3: pages are of 4096 bytes: 0x5 is no multiple of it'],
  ['hypervisor\n  domain a pages=1\n    fault 0 kind=lots', "3: there is no kind 'lots'. Did you mean 'lost'?"],
  [`hypervisor\n  trusted a\n    sleep 1\n  domain a pages=1\n    sleep 1`, "4: there is a 'a' in line 2 already"],
  ['outside memoryBytes=5000', "1: option 'memoryBytes' is 5000, but it must be a multiple of 4096"],
  [`hypervisor\n  trusted a\n    sleep 1\n${program}`, '4: a program has the bare machine; on a hypervisor'],
])('a mistake is explained with file and line: %s', (source, message) => {
  expect(() => readScenario(source, 'my.scenario', 'my')).toThrow(`my.scenario:${message}`);
});

const ranOn = async (source: string) => {
  const scenario = readScenario(source, 'my.scenario', 'my');
  const { expectations } = await runScenario(createModelPlatform, scenario, [], { event: () => {} });
  return expectations.filter(({ held }) => !held).map(({ text, why }) => `${text}: ${why}`);
};

test('what does not come about on a hypervisor is told with its line', async () => {
  const small = 'machine dataWidth=128\noutside memoryBytes=1M memoryLatency=2\n';
  const source = `${small}hypervisor pages=1 limit=60000
  domain never pages=1
    sleep 1
  domain waits pages=1
    map book at=0x68_0000_0000
  domain gives pages=1
    sleep 100K
    grant book at=0x0 to=waits
  domain wrong pages=1
    check 0x0 bytes=8 pattern=1
    write 0x1000 bytes=8 pattern=1
  trusted t
    start wrong
    start waits
    start gives
    target wrong pages=9
    start never
expect has wrong pages=2
`;
  expect(await ranOn(source)).toEqual([
    expect.stringContaining("domain never pages=1 (line 4): it was not started: nobody came to 'start never'"),
    expect.stringMatching(
      /^domain waits pages=1 \(line 6\): it had not ended in cycle 6\d*, and waits in line 7 for what did not come$/,
    ),
    expect.stringContaining('domain gives pages=1 (line 8): it had not ended in cycle 6'),
    expect.stringContaining('domain wrong pages=1 (line 11): line 13: page fault at 0x1000, write: nothing'),
    expect.stringContaining('check 0x0 bytes=8 pattern=1 (line 12): byte 0 is 0x0'),
    expect.stringContaining('trusted t (line 14): line 18: '),
    expect.stringContaining('expect has wrong pages=2 (line 20): it has 1'),
  ]);
});

test('the command tells what held, writes log, trace and record, and ends with 1 where something did not', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'portcullis-')), 'mine.scenario');
  writeFileSync(
    file,
    `machine processors=1\n${program}  write 0x1000 bytes=8 pattern=1\nexpect memory 0x1000 bytes=8 pattern=1\nexpect cycles most=10\n`,
  );
  const given = ['boot', '--scenario', file, '--fault', 'bit-flip memory=1 address=0x2000 bit=0 at=100'];
  const text = await run(...given);
  expect(text.code).toBe(1);
  expect(text.out).toContain('held    expect memory 0x1000 bytes=8 pattern=1 (line 5)');
  expect(text.out).toContain('BROKEN  expect cycles most=10 (line 6): it took ');
  const record = jsonOf(await run(...given, '--json')) as BootRecord;
  expect(record).toMatchObject({
    scenario: 'mine',
    on: 'model',
    accounts: { faults: 1, programs: [{ name: 'p' }] },
    expectations: [{ held: true }, { held: true }, { held: false }],
  });
  expect(JSON.parse(readFileSync('build/boot/mine.json', 'utf8'))).toEqual(record);
  expect(readFileSync('build/boot/mine.log', 'utf8')).toContain('100 fault: {"kind":"bit-flip"');
  expect(readFileSync('build/boot/mine.trace', 'utf8')).toMatch(/^0 p0_axi_aw awid=0x0 awaddr=0x8080004100 /);
  expect((await run('boot', '--fault', 'memory-lots memory=1')).error).toContain(
    "--fault:1: there is no fault 'memory-lots'. Did you mean 'memory-lost'?",
  );
  const faraway = await run(...given, '--fault', 'line-lost memory=0 address=1G at=5');
  expect(faraway).toMatchObject({
    code: 2,
    error: expect.stringContaining("--fault:1: 'address' of the fault 'line-lost' is 1073741824"),
  });
  expect((await run('boot', '--fault', '# later')).error).toContain("--fault '# later' names no fault");
  const folder = join(file, '..');
  expect((await run('boot', '--scenario', folder)).error).toContain(`${folder}: is a directory; name a file`);
  expect((await run('boot', '--scenario', file, '--scenario', 'elsewhere/mine.scenario')).error).toContain(
    'would both be written as build/boot/mine.*',
  );
  expect((await run('boot', '--on', 'rtll')).code).toBe(2);
});
