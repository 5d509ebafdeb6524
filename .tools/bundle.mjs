// Bundles the command line, and what the package exports, to dist/ with esbuild; they share what they share, so that both know a module of either. The WebAssembly tools stay outside, as packages of their own.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { entries, root } from './entries.mjs';

const output = join(root, 'dist');
rmSync(output, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'portcullis.ts',
    'yosys-worker': 'synth/yosys/worker.ts',
    ...Object.fromEntries(entries.map(({ name, source }) => [name, source])),
  },
  outdir: output,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  // The sources are shipped.
  sourcesContent: false,
  packages: 'external',
  logLevel: 'warning',
});
// Source maps must be on before the bundle loads, or the hardware's source lines would name the bundle.
writeFileSync(
  join(output, 'portcullis.js'),
  "#!/usr/bin/env node\nprocess.setSourceMapsEnabled(true);\nconst { runProcess } = await import('./main.js');\nawait runProcess();\n",
  { mode: 0o755 },
);
