// Writes the declarations of what the package exports to dist/types/, and leaves out what none of them reaches.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { entries, root } from './entries.mjs';

const folder = join(root, 'dist', 'types');
rmSync(folder, { recursive: true, force: true });
const config = join(root, 'dist', 'declarations.json');
writeFileSync(
  config,
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: folder },
    include: [],
    files: entries.map(({ source }) => join(root, source)),
  }),
);
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', config], { stdio: 'inherit' });
rmSync(config);

const reached = new Set();
const visit = (path) => {
  if (reached.has(path)) return;
  reached.add(path);
  for (const [, from] of readFileSync(path, 'utf8').matchAll(/\bfrom '(\.[^']*)\.ts'|\bimport\("(\.[^"]*)\.ts"\)/g))
    if (from !== undefined) visit(normalize(join(dirname(path), `${from}.d.ts`)));
};
for (const { declarations } of entries) visit(join(root, declarations));
for (const name of readdirSync(folder, { recursive: true }))
  if (name.endsWith('.d.ts') && !reached.has(join(folder, name))) rmSync(join(folder, name));
