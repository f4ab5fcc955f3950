import { describe, expect, it } from 'vitest';
import { endEarlier, endLater, mostShown, shown } from '../../src/ui/window';
import { message } from '../fakes';

const thousand = Array.from({ length: 1000 }, (_, index) => message('a', index + 1));

describe('what of a long timeline is in the page', () => {
  it('is the newest part at first, and never more than the most', () => {
    const view = shown(thousand, undefined);
    expect(view.messages.length).toBe(mostShown);
    expect(view.messages.at(-1)?.seq).toBe(1000);
    expect([view.olderHidden, view.newerHidden]).toEqual([true, false]);
  });

  it('moves back and forth by steps, to both ends', () => {
    let end: number | undefined;
    for (let step = 0; step < 20; step += 1) end = endEarlier(thousand, end);
    expect(shown(thousand, end).messages[0]?.seq).toBe(1);
    expect(shown(thousand, end).olderHidden).toBe(false);
    for (let step = 0; step < 20; step += 1) end = endLater(thousand, end);
    expect(end).toBeUndefined();
  });

  it('is all of a short one', () => {
    const few = thousand.slice(0, 10);
    expect(endEarlier(few, undefined)).toBeUndefined();
    expect(shown(few, undefined).messages.length).toBe(10);
  });
});
