// Times and names as people read them, in the language of the browser.
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const yearFormat = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const shortFormat = new Intl.DateTimeFormat(undefined, {
  day: '2-digit',
  month: '2-digit',
  year: '2-digit',
});
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export function clockTime(at: string): string {
  return clockFormat.format(new Date(at));
}

export function fullTime(at: string): string {
  return fullFormat.format(new Date(at));
}

// The calendar day, as a key that is equal within one.
export function dayOf(at: string): string {
  return new Date(at).toDateString();
}

function daysAgo(at: string, now: Date): number {
  const midnight = (date: Date): number =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(new Date(at))) / 86_400_000);
}

// "Today", "Yesterday", "Monday", "3 May", "3 May 2024".
export function dayName(at: string, now = new Date()): string {
  const days = daysAgo(at, now);
  const date = new Date(at);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days > 1 && days < 7) return weekdayFormat.format(date);
  const sameYear = date.getFullYear() === now.getFullYear();
  return (sameYear ? dayFormat : yearFormat).format(date);
}

// For a row of the chat list: as short as can be.
export function listTime(at: string, now = new Date()): string {
  const days = daysAgo(at, now);
  if (days <= 0) return clockTime(at);
  if (days < 7) return dayName(at, now);
  return shortFormat.format(new Date(at));
}

// "today at 12:04", "on 3 May at 12:04".
export function momentOf(at: string, now = new Date()): string {
  const day = dayName(at, now);
  const when = day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : `on ${day}`;
  return `${when} at ${clockTime(at)}`;
}

// "Until" comes before it: "today at 12:04", "3 May at 12:04".
export function untilMoment(at: string, now = new Date()): string {
  return momentOf(at, now).replace(/^on /, '');
}

export function lastSeen(at: string, now = new Date()): string {
  return `last seen ${momentOf(at, now)}`;
}

export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s_.-]+/u)
    .filter(Boolean);
  const first = words[0] ?? '';
  const last = words.length > 1 ? words.at(-1)! : '';
  const letters = [...first].slice(0, 1).concat([...last].slice(0, 1));
  return letters.join('').toLocaleUpperCase();
}

// One of ten colours, always the same for the same id.
export function toneOf(id: string): number {
  let hash = 2166136261;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  return (hash >>> 8) % 10;
}

// "Ann", "Ann and Bob", "Ann, Bob and Cleo".
export function listNames(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
