// Runs jobs a few at a time, in the order given; a key that is under way is not started twice.
export class Limiter {
  private readonly waiting: (() => Promise<void>)[] = [];
  private readonly keys = new Set<string>();
  private running = 0;

  constructor(private readonly atOnce: number) {}

  run(key: string, job: () => Promise<void>): void {
    if (this.keys.has(key)) return;
    this.keys.add(key);
    this.waiting.push(async () => {
      try {
        await job();
      } finally {
        this.keys.delete(key);
      }
    });
    this.next();
  }

  private next(): void {
    if (this.running >= this.atOnce) return;
    const job = this.waiting.shift();
    if (!job) return;
    this.running += 1;
    // A job reports its own failure; what it does not catch must not stop the others.
    void job()
      .catch(() => undefined)
      .finally(() => {
        this.running -= 1;
        this.next();
      });
  }
}
