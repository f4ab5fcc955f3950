import { describe, expect, it } from 'vitest';
import { TypingBoard, TypingReporter } from '../../src/state/typing';
import { FakeClock } from '../fakes';

describe('TypingBoard', () => {
  it('forgets who has not renewed', () => {
    const clock = new FakeClock();
    const board = new TypingBoard(clock);
    board.set('a', '2', true);
    clock.advance(5000);
    board.set('a', '2', true);
    clock.advance(6999);
    expect(board.in('a')).toEqual([{ user: '2', kind: 'text' }]);
    clock.advance(1);
    expect(board.in('a')).toEqual([]);
  });
});

describe('TypingReporter', () => {
  it('tells at once, renews every three seconds, and stops after a pause', () => {
    const clock = new FakeClock();
    const told: [string, boolean][] = [];
    const reporter = new TypingReporter(clock, (chat, on) => told.push([chat, on]));
    for (let key = 0; key < 8; key += 1) {
      reporter.typed('a');
      clock.advance(500);
    }
    expect(told).toEqual([
      ['a', true],
      ['a', true],
    ]);
    clock.advance(3000);
    expect(told.at(-1)).toEqual(['a', false]);
  });

  it('stops in one chat before it begins in another', () => {
    const told: [string, boolean][] = [];
    const reporter = new TypingReporter(new FakeClock(), (chat, on) => told.push([chat, on]));
    reporter.typed('a');
    reporter.typed('b');
    expect(told).toEqual([
      ['a', true],
      ['a', false],
      ['b', true],
    ]);
  });
});
