/** The rules as others see them: the page that lists them, and the Verilog that checks them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runYosys } from '../../../synth/yosys/index.ts';
import { elaborate } from '../../hdl/index.ts';
import { emitVerilog } from '../../verilog/index.ts';
import { isInstalled, runIcarus, withFiles } from '../../verilog/random/icarus.ts';
import { axiLiteProperties } from './lite-properties.ts';
import { axi4Properties } from './properties.ts';
import { publishedAssertions } from './published-assertions.ts';
import { type AxiRule, axi4Rules, axiLiteRules, axiSections } from './rules.ts';

const rows = (rules: readonly AxiRule[]): string[] => [
  '| rule | section | who keeps it | what must hold |',
  '| --- | --- | --- | --- |',
  ...rules.map(
    ({ name, section, keeper, kind, rule }) =>
      `| \`${name}\` | ${section} | ${kind === 'recommendation' ? `${keeper}, recommended` : keeper} | ${rule} |`,
  ),
];

const introduction = `# The rules of AXI4 and AXI4-Lite

The rules of AXI4 and of AXI4-Lite that can be seen on the signals, stated once, in \`rtl/parts/axi/rules.ts\`, after the AMBA AXI and ACE protocol specification (Arm IHI 0022,
issue E). From that list come a check in every cycle of a simulation, assertions and assumptions in a proof, and Verilog for other people's designs. Second checkers, in TypeScript
(\`testbench/axi/checker.ts\`, \`lite-checker.ts\`), are written from the list alone; the two of each kind are compared on random legal traffic, on random faults, and on planted violations of each rule.

## Use

- **In other designs**: \`portcullis generate axi4_properties --set dataWidth=128 --set idWidth=6\` (or \`axi4_lite_properties\`). Its inputs are the clock, the reset and an interface's
  signals by their standard names; connect it beside any AXI4 interface. \`axi4_properties.v\` is Verilog-2005 and has an output \`violates_RULE\` for each rule, high in a cycle that breaks it: for
  simulators, and for hardware that is to notice. While ARESETn is low, only the outputs of the rules \`*_reset\` mean something. \`asserting/axi4_properties.sv\` is the same with a named immediate assertion for each rule that is not a recommendation, for
  Verilator (\`--assert\`) and for formal tools.
- **In proofs**: \`--set "role=assume manager"\` assumes what managers keep and asserts what subordinates keep: put it at a subordinate that is to be proved. \`assume subordinate\` is the other way round, for managers.
  \`trust\` in place of \`assume\` asserts nothing of the other side; \`assert manager\` and \`assert subordinate\` assert what one side keeps, and say nothing of the other.
  \`rtl/parts/axi/role-proofs.test.ts\` shows both, for AXI4-Lite.
- **In the language**: \`watchAxi4(m, 'name', bus, parameters)\` and \`watchAxiLite\` in a module around a block.

## Limits

It follows at most \`maxOutstanding\` transactions of each direction and \`dataAhead\` beats of write data before their address; rules of the kind *limit of the checker* say when traffic goes beyond. It keeps the last exclusive read of
\`exclusiveReads\` identifiers. Rules about time (that a response comes at all) and about the memory behind an interface (that a read returns what was written) are not rules of signals, and are not here; neither is that the value of AxCACHE lets an
exclusive access reach the monitor that watches it (A7.2.4), because the signals do not tell where the monitor is: a cache may be it. User signals are not looked at.

*Recommended* rules are those that Arm's own assertions only recommend. The specification says must in A7.2.2 and A7.2.4, but of the read and the write of one sequence, and which read a
write belongs to the signals do not tell for sure: a program that was interrupted between the two looks the same. They have an output, and are neither asserted nor assumed.
`;

const confirmed = `## Sections

The specification itself was not at hand when these numbers were checked. Each is quoted with this title, or for what the rule says, by one of these public documents at least:

- *YosysHQ*: the AXI4 formal properties of YosysHQ (SVA-AXI4-FVIP), which quote sentences, titles and pages of issue E;
- *Mentor*: the Mentor Verification IP AXI3/4 user guide, V10.2b (2013), whose list of assertions names a section for each;
- *Altera*: the assertions of the Altera AXI4 memory-mapped verification components (Intel document 838773), which name sections.

Other issues number some sections otherwise.

| section | title | quoted by |
| --- | --- | --- |
`;

/** Where each number was found, and for A7.2.1 only its title. */
const quotedBy: Readonly<Record<keyof typeof axiSections, string>> = {
  'A3.1.2': 'YosysHQ, Mentor',
  'A3.2.1': 'YosysHQ, Mentor, Altera',
  'A3.2.2': 'YosysHQ',
  'A3.3.1': 'Mentor, for read data without an address; the title by several designs',
  'A3.4.1': 'YosysHQ, Mentor, Altera',
  'A3.4.3': 'YosysHQ',
  'A3.4.4': 'YosysHQ',
  'A4.4': 'YosysHQ, Mentor (and Altera: table A4-5)',
  'A7.2.1': 'the title only, in tables of contents; that exclusive writes follow reads one for each is Arm DUI 0534',
  'A7.2.2': 'YosysHQ',
  'A7.2.4': 'YosysHQ, Mentor',
  'B1.1.1': 'YosysHQ',
};

const published = (): string[] => [
  "## Beside Arm's assertions",
  '',
  'Arm publishes assertions for AXI4 and AXI4-Lite (Arm DUI 0534); AMD lists most of them for its protocol checker (PG101). Names are without `AXI4_`, `AXI4LITE_`.',
  '',
  '| theirs | ours |',
  '| --- | --- |',
  ...publishedAssertions.map(({ names, rules, note }) => {
    const ours = rules.map((name) => `\`${name}\``).join(', ');
    const second = [ours === '' ? 'none' : ours, ...(note === undefined ? [] : [note])].join(': ');
    return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${second} |`;
  }),
];

test("Arm's assertions are beside every rule of AXI4", () => {
  const named = publishedAssertions.flatMap(({ rules }) => rules);
  expect(new Set(named)).toEqual(new Set(axi4Rules.map(({ name }) => name)));
});

test('the page lists the rules', async () => {
  const sections = (Object.keys(axiSections) as (keyof typeof axiSections)[]).map(
    (section) => `| ${section} | ${axiSections[section]} | ${quotedBy[section]} |`,
  );
  const page = [
    introduction,
    '## AXI4',
    '',
    ...rows(axi4Rules),
    '',
    '## AXI4-Lite',
    '',
    ...rows(axiLiteRules),
    '',
    confirmed + sections.join('\n'),
    '',
    ...published(),
    '',
  ];
  await expect(page.join('\n')).toMatchFileSnapshot('../../../docs/parts/axi-properties.md');
});

describe.each([
  ['axi4_properties', elaborate(axi4Properties({}))],
  ['axi4_properties of one identifier bit', elaborate(axi4Properties({ idWidth: 1, dataWidth: 8, maxOutstanding: 1 }))],
  ['axi4_lite_properties', elaborate(axiLiteProperties({}))],
])('the Verilog of %s', (_, top) => {
  const inFolder = (properties: boolean, use: (paths: readonly string[], folder: string) => void): void => {
    const texts = emitVerilog(top, { properties }).map(
      ({ path, text }) => [properties ? path.replace(/\.v$/, '.sv') : path, text] as const,
    );
    withFiles(Object.fromEntries(texts), (folder) =>
      use(
        texts.map(([path]) => join(folder, path)),
        folder,
      ),
    );
  };
  const said = (command: string, args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    return `${status} ${stdout}${stderr}`.trim();
  };

  test.skipIf(!isInstalled('verilator', '--version'))('is clean in Verilator, with and without assertions', () => {
    for (const properties of [false, true]) {
      inFolder(properties, (paths) => {
        expect(said('verilator', ['--lint-only', '-Wall', '--assert', '--top-module', top.name, ...paths])).toBe('0');
      });
    }
  });

  test.skipIf(!isInstalled('iverilog', '-V'))('is clean in Icarus', () => {
    inFolder(false, (paths, folder) => {
      expect(said('iverilog', ['-g2005', '-Wall', '-o', join(folder, 'out'), ...paths])).toBe('0');
    });
  });

  test('is clean in Yosys', async () => {
    const files = Object.fromEntries(emitVerilog(top).map(({ path, text }) => [path, text]));
    const script = `read_verilog ${Object.keys(files).join(' ')}; hierarchy -check -top ${top.name}; proc; check -assert`;
    await expect(runYosys(script, files)).resolves.toBeDefined();
  });
});

/** A manager that takes its read address back. */
const bench = `module bench;
  reg aclk = 0, aresetn = 0, arvalid = 0;
  wire gone, payload, fine;
  axi4_lite_properties dut (.aclk(aclk), .aresetn(aresetn), .awaddr(32'd0), .awprot(3'd0), .awvalid(1'b0), .awready(1'b0),
    .wdata(32'd0), .wstrb(4'd0), .wvalid(1'b0), .wready(1'b0), .bresp(2'd0), .bvalid(1'b0), .bready(1'b0),
    .araddr(32'd4), .arprot(3'd0), .arvalid(arvalid), .arready(1'b0), .rdata(32'd0), .rresp(2'd0), .rvalid(1'b0), .rready(1'b0),
    .violates_ar_valid_stays(gone), .violates_ar_payload_stays(payload), .violates_aw_valid_stays(fine));
  always #5 aclk = !aclk;
  initial begin
    #22 aresetn = 1;
    #20 arvalid = 1;
    #10 arvalid = 0;
    #1 $display("%b%b%b", gone, payload, fine);
    #10 $display("%b%b%b", gone, payload, fine);
    $finish;
  end
endmodule
`;

test.skipIf(!isInstalled('iverilog', '-V'))('in Icarus, the emitted checker reports a violation by its name', () => {
  const files = emitVerilog(elaborate(axiLiteProperties({}))).map(({ path, text }) => [path, text] as const);
  const lines = runIcarus({ ...Object.fromEntries(files), 'bench.v': bench }, 'bench').split('\n');
  expect(lines.filter((line) => /^[01x]{3}$/.test(line))).toEqual(['100', '000']);
});
