// Makes a checkout ready: installs the locked packages when they are missing or changed, and with `build` bundles the
// command line when its sources changed. Needs Node alone; prints to standard error only, so that `--json` stays clean.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const digest = (files) => {
  const hash = createHash('sha256').update(process.version);
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
};

const whenStale = (stamp, key, work) => {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
};

const run = (command, args, what) => {
  process.stderr.write(`${what} ...\n`);
  const began = Date.now();
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(`${what}: failed (${command} ${args.join(' ')}, exit ${result.status ?? result.signal})\n`);
    process.exit(2);
  }
  process.stderr.write(`${what}: done in ${Math.round((Date.now() - began) / 1000)} s\n`);
};

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  process.stderr.write(
    `Portcullis needs Node 20 or later; this is ${process.version}. Install a newer Node and run the command again.\n`,
  );
  process.exit(2);
}

const sources = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return /(?<!\.test)\.ts$/.test(entry.name) ? [path] : [];
  });

whenStale(join(root, 'node_modules', '.portcullis-installed'), digest(['package-lock.json']), () =>
  run(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    'Installing the packages that package-lock.json names',
  ),
);

if (process.argv.includes('build')) {
  const files = ['rtl', 'model', 'testbench', 'synth'].flatMap(sources).sort();
  const inputs = ['package.json', 'package-lock.json', 'tsconfig.json', 'portcullis.ts', '.tools/bundle.mjs', ...files];
  whenStale(join(root, 'dist', '.stamp'), digest(inputs), () =>
    run(process.execPath, [fileURLToPath(new URL('./bundle.mjs', import.meta.url))], 'Bundling the command line'),
  );
}
