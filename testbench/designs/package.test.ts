/** What somebody gets who installs the package. */
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { projectRoot } from '../commands/version.ts';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const root = projectRoot();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const sources = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target.types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts')],
);

const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

test('every package that is imported when it runs is among its dependencies', async () => {
  expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['portcullis.ts', 'synth/yosys/worker.ts', ...sources],
    outdir: 'dist',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const used = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external, path }) => external === true && !isBuiltin(path)).map(({ path }) => packageOf(path)),
  );
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const installed = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  expect([...new Set(used)].filter((name) => !installed.includes(name))).toEqual([]);
  // Vitest is there for who writes tests with it, and so only these may import it.
  const importers = Object.entries(metafile.inputs).filter(([, { imports }]) =>
    imports.some(({ path }) => packageOf(path) === 'vitest'),
  );
  expect(importers.map(([path]) => path)).toEqual(['testbench/waves/matcher.ts']);
});

test('the lock file names no place to fetch packages from', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
});
