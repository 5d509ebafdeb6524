// Holds every import of our own files to the table in the architecture: which wing may read which.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Most specific wing first: the files it holds, and what else of ours they may import. */
const wings = [
  { wing: /^rtl\/hdl\//, may: [] },
  { wing: /^rtl\/verilog\//, may: [/^rtl\/hdl\//] },
  { wing: /^rtl\/parts\//, may: [/^rtl\/hdl\//] },
  { wing: /^rtl\/platform\//, may: [/^rtl\//] },
  { wing: /^(rtl\/[^/]+\/)/, may: [/^rtl\/hdl\//, /^rtl\/parts\//] },
  { wing: /^model\/hardware\//, may: [/^rtl\/[^/]+\/interface\.ts$/] },
  { wing: /^model\/hypervisor\//, may: [/^model\/hardware\/platform/] },
  { wing: /^model\/(snapshot|file-proxy)\//, may: [/^model\/hypervisor\//, /^model\/hardware\/platform/] },
  { wing: /^testbench\/simulator\//, may: [/^rtl\/hdl\//] },
  { wing: /^testbench\/axi\//, may: [/^rtl\//, /^testbench\//] },
  { wing: /^testbench\/captures\//, may: [] },
  { wing: /^testbench\/designs\//, may: [/^rtl\//, /^synth\//, /^testbench\//] },
  { wing: /^testbench\/waves\//, may: [/^rtl\//, /^synth\//, /^testbench\/simulator\//] },
  { wing: /^testbench\/(proofs|mutation|exploration)\//, may: [/^rtl\//, /^synth\//, /^testbench\//] },
  { wing: /^testbench\/(lockstep|bench|commands|boot)\//, may: [/^rtl\//, /^model\//, /^synth\//, /^testbench\//] },
  { wing: /^synth\//, may: [/^rtl\//] },
  { wing: /^portcullis\.ts$|^[^/]+\.config\.ts$/, may: [/./] },
];

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
});
const statement =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g;
let broken = 0;
const complain = (file, text, index, message) => {
  const line = text.slice(0, index).split('\n').length + (text[index] === '\n' ? 1 : 0);
  process.stderr.write(`${file}:${line}: ${message}\n`);
  broken += 1;
};
for (const file of tracked.split('\n').filter((name) => name !== '' && existsSync(join(root, name)))) {
  const rule = wings.find(({ wing }) => wing.test(file));
  const text = readFileSync(join(root, file), 'utf8');
  if (rule === undefined) {
    complain(
      file,
      text,
      0,
      'lies in no wing of the architecture; move it, or name its wing in .tools/lint-imports.mjs',
    );
    continue;
  }
  const home = rule.wing.exec(file)[0];
  // A test may read what it tests its own wing against: anything but another way round the model's independence.
  const test = /\.test\.ts$/.test(file) && !file.startsWith('model/');
  for (const match of text.matchAll(statement)) {
    const target = match[1] ?? match[2] ?? match[3];
    if (!target.startsWith('.')) continue;
    const path = normalize(join(dirname(file), target));
    if (!/\.(ts|json|mjs)$/.test(path)) complain(file, text, match.index, `import '${target}' needs its file ending`);
    if (test || path.startsWith(home) || rule.may.some((allowed) => allowed.test(path))) continue;
    if (/\.test\.ts$/.test(file) && /^testbench\//.test(path)) continue;
    complain(file, text, match.index, `may not import '${path}': see the table of imports in docs/architecture.md`);
  }
}
if (broken > 0) process.exitCode = 1;
