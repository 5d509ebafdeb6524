import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{rtl,model,testbench,synth}/**/*.test.ts', '*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['rtl/**', 'model/**', 'testbench/**', 'synth/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
