// A refusal by the server (RFC 9457), or a failure to reach it, as one value.
export interface ProblemFields {
  code: string;
  title: string;
  status: number;
  detail?: string | undefined;
  retry_after_ms?: number | undefined;
}

export class Problem extends Error {
  readonly code: string;
  readonly status: number; // 0: the server was not reached
  readonly retryAfterMs: number;

  constructor(fields: ProblemFields) {
    super(sentence(fields.title, fields.detail));
    this.name = 'Problem';
    this.code = fields.code;
    this.status = fields.status;
    this.retryAfterMs = fields.retry_after_ms ?? 0;
  }
}

// One sentence for people: the detail, when it is a sentence by itself, else "Title: detail."
export function sentence(title: string, detail?: string): string {
  if (detail && /^\p{Lu}.*[.!?…]$/su.test(detail)) return detail;
  const said = detail && detail !== title ? `${title}: ${detail}` : title;
  return /[.!?…]$/.test(said) ? said : `${said}.`;
}

export function unreachable(): Problem {
  return new Problem({
    code: 'unreachable',
    title: 'The server cannot be reached',
    detail: 'check the connection and try again',
    status: 0,
  });
}

// Refusals that ask for patience rather than for another request.
export function isTemporary(code: string): boolean {
  return code === 'rate_limited' || code === 'overloaded';
}
