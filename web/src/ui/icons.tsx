import type { JSX } from 'preact';

// Line icons on a 24 × 24 grid, drawn in the current colour. They say nothing to a screen
// reader: the control around them carries the label.
const paths = {
  logo:
    'M4 5.5A2.5 2.5 0 0 1 6.5 3h7A2.5 2.5 0 0 1 16 5.5v4a2.5 2.5 0 0 1-2.5 2.5H9l-3.5 3' +
    'v-3.1A2.5 2.5 0 0 1 4 9.5zM18.5 9A1.5 1.5 0 0 1 20 10.5v5.5a2 2 0 0 1-2 2h-.5V21' +
    'l-3.5-3H11a2 2 0 0 1-1.8-1.1',
  compose: 'M4 20h4L18.5 9.5a2.1 2.1 0 0 0-3-3L5 17v3zM13.5 8.5l3 3M14 20h6',
  group:
    'M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c.4-3.3 2.9-5.3 6-5.3' +
    's5.6 2 6 5.3M16 5a3 3 0 0 1 0 5.8M17.5 14.6c1.9.7 3.2 2.3 3.5 4.9',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5',
  send: 'M5 12 4 4.5 20.5 12 4 19.5 5 12zm0 0h7',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M12 6.5v.01M12 12v.01M12 17.5v.01',
  settings:
    'M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM19 12c0-.5 0-.9-.1-1.3' +
    'l2-1.5-2-3.4-2.3.9c-.7-.5-1.4-1-2.2-1.2L14 3h-4l-.4 2.5c-.8.3-1.5.7-2.2 1.2' +
    'l-2.3-.9-2 3.4 2 1.5a8 8 0 0 0 0 2.6l-2 1.5 2 3.4 2.3-.9c.7.5 1.4 1 2.2 1.2L10 21h4' +
    'l.4-2.5c.8-.3 1.5-.7 2.2-1.2l2.3.9 2-3.4-2-1.5c.1-.4.1-.8.1-1.3z',
  down: 'M6 9.5l6 6 6-6',
  reply: 'M10 6 4.5 11.5 10 17M5 11.5h8a6 6 0 0 1 6 6V18',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5M12 8v.01',
  check: 'M5 12.5 10 17.5 19.5 7',
  add: 'M12 5v14M5 12h14',
  leave: 'M14 4H7a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h7M10 12h10M16.5 8l4 4-4 4',
  media: 'M5 5h14v14H5zM5 16l4.5-4.5 3.5 3.5 2.5-2.5L19 16M15 9v.01',
  pin: 'M9 4h6l-.8 6 3.3 3.5H6.5L9.8 10 9 4zM12 13.5V20',
  bell: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10.3 20.5h3.4',
  mute:
    'M6.5 16.5V11c0-1 .3-2 .8-2.8M9.5 6a5.5 5.5 0 0 1 8 5v3.5M17 18H5l1.5-1.5' +
    'M10.3 20.5h3.4M4 4l16 16',
  archive: 'M4 5h16v4H4zM5.5 9v10h13V9M10 13h4',
  flag: 'M6 21V4M6 4.5h11.5l-2.5 4 2.5 4H6',
  link:
    'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1' +
    'M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  copy: 'M9 9h11v11H9zM5.5 15H4V4h11v1.5',
  camera: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z',
  person: 'M12 11.5a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6zM5 20c.6-3.9 3.4-6 7-6s6.4 2.1 7 6',
  pencil: 'M5 19l.8-3.8L16 5a2 2 0 0 1 3 3L8.8 18.2z',
  block: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM6 6l12 12',
  read: 'M2.5 12.5 7 17 15.5 7.5M12 16l1 1 8.5-9.5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
