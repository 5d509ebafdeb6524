// Bundles the command line to dist/ with esbuild. The WebAssembly tools stay outside, as packages of their own.
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'dist');
rmSync(output, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: 'portcullis.ts', 'yosys-worker': 'synth/yosys/worker.ts' },
  outdir: output,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  packages: 'external',
  logLevel: 'warning',
});
// Source maps must be on before the bundle loads, or the hardware's source lines would name the bundle.
writeFileSync(
  join(output, 'portcullis.js'),
  "#!/usr/bin/env node\nprocess.setSourceMapsEnabled(true);\nconst { runProcess } = await import('./main.js');\nawait runProcess();\n",
  { mode: 0o755 },
);
