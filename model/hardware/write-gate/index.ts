/** The write gate as a model: `docs/systems/write-gate.md`. */
export { createWriteGateModel, type WriteGateModel } from './model.ts';
