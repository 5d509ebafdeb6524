/** Waveforms: recorded from a simulation, as text and as VCD files. */
export { type TextWaveOptions, textWave } from './text-wave.ts';
export { vcdText } from './vcd.ts';
export { type Recording, recordWave, type Wave, type WaveSignal, waveOfRecordings } from './wave.ts';
