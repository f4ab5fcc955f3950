import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/protocol/backoff';

describe('Backoff', () => {
  it('doubles its ceiling from half a second to twenty', () => {
    const backoff = new Backoff(() => 0.999999);
    const delays = Array.from({ length: 8 }, () => backoff.next());
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
  });

  it('spreads its delays over the whole of the interval', () => {
    const backoff = new Backoff(() => 0);
    expect(backoff.next()).toBe(0);
    expect(new Backoff(() => 0.5).next()).toBe(250);
  });

  it('starts again after a success', () => {
    const backoff = new Backoff(() => 0.999999);
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(500);
  });
});
