import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{rtl,model,testbench,synth}/**/*.test.ts', '*.test.ts'],
    setupFiles: ['.tools/vitest-setup.mjs'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['rtl/**', 'model/**', 'testbench/**', 'synth/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
