// How long to wait before connecting again: full jitter over 0.5 s doubling to 20 s.
export const firstDelayMs = 500;
export const longestDelayMs = 20_000;

export class Backoff {
  private attempts = 0;

  // `random` answers a number in [0, 1).
  constructor(private readonly random: () => number) {}

  next(): number {
    const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** this.attempts);
    this.attempts += 1;
    return Math.round(this.random() * ceiling);
  }

  reset(): void {
    this.attempts = 0;
  }
}
