import type { JSX } from 'preact';
import { initials, toneOf } from './format';
import { Icon } from './icons';

interface AvatarProps {
  id: string;
  name: string;
  picture?: string | undefined; // its address
  group?: boolean;
  size?: 'small' | 'medium' | 'large';
  online?: boolean;
}

// A picture, or a coloured disc with initials; decoration beside a name, so hidden from screen
// readers.
export function Avatar(props: AvatarProps): JSX.Element {
  const { id, name, picture, group, size = 'medium', online } = props;
  const letters = initials(name);
  return (
    <span class={`avatar ${size} tone-${toneOf(id)}`} aria-hidden="true">
      {picture ? (
        <img class="avatar-picture" src={picture} alt="" />
      ) : group && !letters ? (
        <Icon name="group" />
      ) : (
        letters || '?'
      )}
      {online && <span class="online-dot" />}
    </span>
  );
}
