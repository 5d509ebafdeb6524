/** The scheduler over the processor ports. */
export { backgroundPatience, Scheduler, sliceCycles } from './scheduler.ts';
export { type Outcome, Thread, type ThreadOptions } from './thread.ts';
export { Timers } from './timers.ts';
