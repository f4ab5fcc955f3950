import { describe, expect, it } from 'vitest';
import { dayName, initials, listNames, toneOf } from '../../src/ui/format';

const now = new Date(2026, 4, 20, 12, 0);
const daysBefore = (days: number): string => new Date(2026, 4, 20 - days, 9, 0).toISOString();

describe('format', () => {
  it('names days as people do', () => {
    expect(dayName(daysBefore(0), now)).toBe('Today');
    expect(dayName(daysBefore(1), now)).toBe('Yesterday');
    expect(dayName(daysBefore(3), now)).toMatch(/^\p{L}+$/u);
    expect(dayName(daysBefore(400), now)).toContain('2025');
  });

  it('takes initials from whole characters', () => {
    expect(initials('Ann Marie Bell')).toBe('AB');
    expect(initials('zoë')).toBe('Z');
    expect(initials('😀 smile')).toBe('😀S');
    expect(initials('  ')).toBe('');
  });

  it('joins names', () => {
    expect(listNames([])).toBe('');
    expect(listNames(['Ann'])).toBe('Ann');
    expect(listNames(['Ann', 'Bob', 'Cleo'])).toBe('Ann, Bob and Cleo');
  });

  it('gives the same id the same colour', () => {
    expect(toneOf('4711')).toBe(toneOf('4711'));
    expect(toneOf('4711')).toBeLessThan(10);
  });
});
