import { Presets, SingleBar } from 'cli-progress';

/** Tells of long work: a bar with rate and time left on a terminal, plain lines at intervals elsewhere; on standard error. */
export interface Progress {
  /**
   * @param done so far, in `unit`s.
   * @param total of how many, where it has changed; null where nobody knows.
   */
  update(done: number, label?: string, total?: number | null): void;
  finish(): void;
}

const plainInterval = 5_000;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Seconds left, with a comma before; empty where they are unknown. */
const timeLeft = (done: number, total: number | null, rate: number): string =>
  total !== null && rate > 0 && done < total ? `, ${Math.ceil((total - done) / rate)} s left` : '';

const plain = (title: string, first: number | null, unit: string): Progress => {
  const began = performance.now();
  let spoken = began;
  let last = '';
  return {
    update(done, label, total = first) {
      const now = performance.now();
      if (now - spoken < plainInterval && (total === null || done < total)) return;
      const said = `${done} ${label ?? ''}`;
      if (said === last) return;
      spoken = now;
      last = said;
      const seconds = (now - began) / 1000;
      const rate = seconds > 0 ? done / seconds : 0;
      const speed = rate >= 10 ? `, ${count(rate)} ${unit}/s` : '';
      const of = total === null ? '' : ` of ${count(total)}`;
      process.stderr.write(
        `${title}: ${count(done)}${of} ${unit}${speed}${timeLeft(done, total, rate)}${label ? ` (${label})` : ''}\n`,
      );
    },
    finish() {},
  };
};

const bar = (title: string, first: number | null, unit: string): Progress => {
  const began = performance.now();
  const display = new SingleBar(
    {
      stream: process.stderr,
      format: `${title} ${first === null ? '' : '{bar} {percentage}% '}{done}{rate}{left} {label}`,
      clearOnComplete: true,
      // An interrupt ends the process at once, even in the midst of a long run, so that nothing of the terminal may need mending.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    Presets.rect,
  );
  display.start(first ?? 0, 0, { done: '', rate: '', left: '', label: '' });
  return {
    update(done, label = '', total = first) {
      const seconds = (performance.now() - began) / 1000;
      const rate = seconds > 0.2 ? done / seconds : 0;
      if (total !== null) display.setTotal(total);
      display.update(total === null ? 0 : Math.min(done, total), {
        done: total === null ? `${count(done)} ${unit}` : '',
        rate: rate > 0 ? `${total === null ? ', ' : ''}${rate >= 10 ? count(rate) : rate.toFixed(1)} ${unit}/s` : '',
        left: timeLeft(done, total, rate),
        label,
      });
    },
    finish() {
      display.stop();
    },
  };
};

export const startProgress = (title: string, total: number | null, unit: string): Progress =>
  process.stderr.isTTY === true ? bar(title, total, unit) : plain(title, total, unit);
