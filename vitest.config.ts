import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{rtl,model,testbench,synth}/**/*.test.ts', '*.test.ts'],
    setupFiles: ['.tools/vitest-setup.mjs'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    // Test files of a worker share the modules that they import: no test changes any, and importing took a third of the time.
    isolate: false,
    coverage: {
      provider: 'v8',
      include: ['rtl/**', 'model/**', 'testbench/**', 'synth/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
