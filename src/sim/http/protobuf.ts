import { Buffer } from "node:buffer";

/** A message in the protobuf wire format, or a part of one; parts one after the other make a message. */
export type Message = Uint8Array;

/** A field that holds a text. */
export function textField(field: number, text: string): Message {
  return lengthField(field, Buffer.from(text));
}

/** A field that holds a message. */
export function messageField(field: number, ...parts: readonly Message[]): Message {
  return lengthField(field, Buffer.concat(parts));
}

/** A field that holds true or false. */
export function booleanField(field: number, value: boolean): Message {
  return Buffer.concat([varint(field << 3), varint(value ? 1 : 0)]);
}

function lengthField(field: number, content: Message): Message {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** Seven bits a byte, the lowest first; all but the last have the eighth bit set. */
function varint(value: number): Message {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
