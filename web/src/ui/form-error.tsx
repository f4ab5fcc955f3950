import type { JSX } from 'preact';

// What went wrong, told to everybody; nothing while nothing did.
export function FormError({ text }: { text: string }): JSX.Element | null {
  if (!text) return null;
  return (
    <p class="form-error" role="alert">
      {text}
    </p>
  );
}
