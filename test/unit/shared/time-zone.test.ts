/**
 * Days and times in the hospital's zone: the day changes at the hospital's midnight, also in
 * daylight saving time.
 */
import { describe, expect, test } from '@jest/globals';
import {
  dayIn,
  HOSPITAL_TIME_ZONE,
  isTimeZone,
  machineTimeZone,
  momentIn,
  wallClock,
} from '../../../shared/time-zone.js';
import { seededRandom } from '../../../shared/random.js';

describe('the day of a time', () => {
  test.each([
    ['America/Bogota', '2026-11-21T04:59:59.999Z', '2026-11-20'],
    ['America/Bogota', '2026-11-21T05:00:00.000Z', '2026-11-21'],
    ['Asia/Kathmandu', '2026-11-20T18:14:59.999Z', '2026-11-20'],
    ['Asia/Kathmandu', '2026-11-20T18:15:00.000Z', '2026-11-21'],
    ['Pacific/Kiritimati', '2025-12-31T10:00:00.000Z', '2026-01-01'],
    ['UTC', '2026-11-20T23:59:59.999Z', '2026-11-20'],
    ['Europe/Madrid', '2026-07-31T22:00:00.000Z', '2026-08-01'],
    ['Europe/Madrid', '2026-12-31T22:59:59.000Z', '2026-12-31'],
  ])('in %s, %s is %s', (zone, at, day) => expect(dayIn(zone, new Date(at))).toBe(day));

  test('equals that of Intl for any time of forty years in any zone', () => {
    const random = seededRandom(11, 'zones');
    const names = [
      'America/Bogota',
      'Europe/Madrid',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Africa/Casablanca',
    ];
    for (const zone of names) {
      const format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      for (let turn = 0; turn < 200; turn += 1) {
        const at = new Date(
          Date.UTC(2000, 0, 1) + Math.floor(random.next() * 40 * 365.25 * 86_400_000),
        );
        expect([zone, wallClock(zone, at).slice(0, 19).replace('T', ' ')]).toEqual([
          zone,
          format.format(at),
        ]);
        expect(new Date(momentIn(zone, at)).getTime()).toBe(at.getTime());
      }
    }
  });
});

test('a local time keeps its milliseconds and names its offset', () => {
  const at = new Date('2026-11-21T04:00:00.156Z');
  expect(
    ['America/Bogota', 'UTC', 'Asia/Kathmandu', 'America/St_Johns'].map((zone) =>
      momentIn(zone, at),
    ),
  ).toEqual([
    '2026-11-20T23:00:00.156-05:00',
    '2026-11-21T04:00:00.156+00:00',
    '2026-11-21T09:45:00.156+05:45',
    '2026-11-21T00:30:00.156-03:30',
  ]);
});

describe('the option', () => {
  test.each(['America/Bogota', 'UTC', 'Etc/GMT+5', 'europe/madrid'])('accepts %s', (name) =>
    expect(HOSPITAL_TIME_ZONE.parse(name)).toBe(name),
  );
  test.each([
    '',
    ' ',
    '+05:00',
    '-05',
    'America/Nowhere',
    'Local',
    'UTC; DROP TABLE charge',
    'x'.repeat(5_000),
  ])('refuses %j', (name) =>
    expect(() => HOSPITAL_TIME_ZONE.parse(name)).toThrow(
      /must be a time zone of the IANA database/,
    ),
  );
  test('defaults to the zone of the machine', () => {
    expect(isTimeZone(machineTimeZone())).toBe(true);
    expect(HOSPITAL_TIME_ZONE.default).toBe(machineTimeZone());
  });
});
