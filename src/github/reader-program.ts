import { text } from 'node:stream/consumers';

import { parseDelivery } from './webhook.ts';

// The program in which delivery-reader.ts has one large body read: the event's name in the first line of its input, then the
// body; it says what that tells, as JSON.
const input = await text(process.stdin);
const end = input.indexOf('\n');
process.stdout.write(JSON.stringify(parseDelivery(input.slice(0, end), input.slice(end + 1))));
