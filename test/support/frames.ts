/** Reads a stream of server-sent events, frame by frame, with the size of each. */

export interface Frame {
  /** The event's name; `message` when it has none. */
  name: string;
  /** Parsed data; null when the frame has none. */
  data: unknown;
  /** Size in transfer. */
  bytes: number;
}

function frameOf(text: string): Frame {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  return {
    name: field('event') ?? 'message',
    data: JSON.parse(field('data') ?? 'null'),
    bytes: Buffer.byteLength(text) + 2,
  };
}

/** Reads frames until `enough` returns true, then closes the stream. */
export async function framesUntil(
  url: string,
  enough: (frames: readonly Frame[]) => boolean,
): Promise<Frame[]> {
  const leaving = new AbortController();
  const { body } = await fetch(url, { signal: leaving.signal });
  const frames: Frame[] = [];
  let rest = '';
  for await (const text of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop() ?? '';
    frames.push(...parts.map(frameOf));
    if (enough(frames)) break;
  }
  leaving.abort();
  return frames;
}
