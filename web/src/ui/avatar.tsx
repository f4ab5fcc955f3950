import type { JSX } from 'preact';
import { initials, toneOf } from './format';
import { Icon } from './icons';

interface AvatarProps {
  id: string;
  name: string;
  group?: boolean;
  size?: 'small' | 'medium' | 'large';
  online?: boolean;
}

// A coloured disc with initials; decoration beside a name, so hidden from screen readers.
export function Avatar({ id, name, group, size = 'medium', online }: AvatarProps): JSX.Element {
  const letters = initials(name);
  return (
    <span class={`avatar ${size} tone-${toneOf(id)}`} aria-hidden="true">
      {group && !letters ? <Icon name="group" /> : letters || '?'}
      {online && <span class="online-dot" />}
    </span>
  );
}
