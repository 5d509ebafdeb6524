import { Presets, SingleBar } from 'cli-progress';

/** Tells of long work: a bar with rate and time left on a terminal, plain lines at intervals elsewhere; on standard error. */
export interface Progress {
  /** @param done so far, of `total`, in `unit`s. */
  update(done: number, label?: string): void;
  finish(): void;
}

const plainInterval = 5_000;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

const plain = (title: string, total: number, unit: string): Progress => {
  const began = performance.now();
  let spoken = began;
  let last = '';
  return {
    update(done, label) {
      const now = performance.now();
      if (now - spoken < plainInterval && done < total) return;
      const said = `${done} ${label ?? ''}`;
      if (said === last) return;
      spoken = now;
      last = said;
      const seconds = (now - began) / 1000;
      const rate = seconds > 0 ? done / seconds : 0;
      const left = rate > 0 && done < total ? `, ${Math.ceil((total - done) / rate)} s left` : '';
      const speed = rate >= 10 ? `, ${count(rate)} ${unit}/s` : '';
      process.stderr.write(
        `${title}: ${count(done)} of ${count(total)} ${unit}${speed}${left}${label ? ` (${label})` : ''}\n`,
      );
    },
    finish() {},
  };
};

const bar = (title: string, total: number, unit: string): Progress => {
  const began = performance.now();
  const display = new SingleBar(
    {
      stream: process.stderr,
      format: `${title} {bar} {percentage}% {rate}{left} {label}`,
      clearOnComplete: true,
      // An interrupt ends the process at once, even in the midst of a long run, so that nothing of the terminal may need mending.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    Presets.rect,
  );
  display.start(total, 0, { rate: '', left: '', label: '' });
  return {
    update(done, label = '') {
      const seconds = (performance.now() - began) / 1000;
      const rate = seconds > 0.2 ? done / seconds : 0;
      display.update(Math.min(done, total), {
        rate: rate > 0 ? `${rate >= 10 ? count(rate) : rate.toFixed(1)} ${unit}/s` : '',
        left: rate > 0 && done < total ? `, ${Math.ceil((total - done) / rate)} s left` : '',
        label,
      });
    },
    finish() {
      display.stop();
    },
  };
};

export const startProgress = (title: string, total: number, unit: string): Progress =>
  process.stderr.isTTY === true ? bar(title, total, unit) : plain(title, total, unit);
