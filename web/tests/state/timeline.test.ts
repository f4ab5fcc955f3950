import { describe, expect, it } from 'vitest';
import {
  accept,
  emptyTimeline,
  fill,
  find,
  holeAfter,
  newest,
  prepend,
  trim,
  type Timeline,
} from '../../src/state/timeline';
import { message } from '../fakes';

const run = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message('a', from + index));

const of = (from: number, to: number): Timeline => newest(emptyTimeline, run(from, to), false);

const seqs = (timeline: Timeline): number[] => timeline.messages.map((one) => one.seq);

describe('Timeline', () => {
  it('takes a repeated message for nothing new', () => {
    const timeline = of(1, 3);
    expect(accept(timeline, message('a', 2))).toBe(timeline);
    expect(accept(timeline, message('a', 3))).toBe(timeline);
  });

  it('keeps what arrives beyond a hole until history has filled it', () => {
    let timeline = accept(accept(of(1, 3), message('a', 6)), message('a', 7));
    expect(seqs(timeline)).toEqual([1, 2, 3]);
    expect(holeAfter(timeline)).toBe(3);
    timeline = fill(timeline, run(4, 6));
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(holeAfter(timeline)).toBeUndefined();
  });

  it('closes a hole when the missing messages arrive by themselves', () => {
    let timeline = accept(of(1, 3), message('a', 5));
    timeline = accept(timeline, message('a', 4));
    expect(seqs(timeline)).toEqual([1, 2, 3, 4, 5]);
    expect(holeAfter(timeline)).toBeUndefined();
  });

  it('goes on from the newer side when the hole is wider than a page', () => {
    const timeline = fill(accept(of(1, 3), message('a', 900)), run(4, 203));
    expect(seqs(timeline)).toEqual([900]);
    expect(timeline.complete).toBe(false);
  });

  it('puts older pages before, and knows when there are no more', () => {
    const timeline = prepend(of(51, 60), run(1, 50), true);
    expect(seqs(timeline)).toEqual(run(1, 60).map((one) => one.seq));
    expect(timeline.complete).toBe(true);
  });

  it('joins the newest page with what the stream brought meanwhile', () => {
    const streamed = accept(accept(emptyTimeline, message('a', 50)), message('a', 51));
    expect(seqs(newest(streamed, run(40, 50), false))).toEqual(run(40, 51).map((one) => one.seq));
  });

  it('knows the hole between an old page and a newer stream', () => {
    const streamed = accept(emptyTimeline, message('a', 60));
    const timeline = newest(streamed, run(40, 50), false);
    expect(holeAfter(timeline)).toBe(50);
    expect(seqs(fill(timeline, run(51, 60)))).toEqual(run(40, 60).map((one) => one.seq));
  });

  it('gives up an old run that a newest page does not touch', () => {
    expect(seqs(newest(of(1, 10), run(500, 510), false))[0]).toBe(500);
  });

  it('keeps the newest messages when trimmed', () => {
    const timeline = trim({ ...of(1, 300), complete: true }, 200);
    expect(seqs(timeline)[0]).toBe(101);
    expect(timeline.complete).toBe(false);
  });

  it('finds a message by its seq', () => {
    expect(find(of(10, 90), 55)?.seq).toBe(55);
    expect(find(of(10, 90), 91)).toBeUndefined();
  });
});
