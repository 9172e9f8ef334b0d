/** The four facts that identify a patient: equal forms, look-alike letters, missing facts. */
import { describe, expect, test } from '@jest/globals';
import {
  calendarDay,
  codeForm,
  documentForm,
  incompleteFacts,
  nameForm,
  personForm,
} from '../../../patients/core/identification.js';
import { createIdentify, sameFacts } from '../../../patients/records/identification.js';
import type { KnownPatient } from '../../../patients/records/staff-records.js';

describe('the four facts', () => {
  const known: KnownPatient = {
    id: 'p',
    document: '107919317',
    name: 'Lucía  Ñáñez-Ortiz',
    birthDate: '1987-03-14',
    authorizationCode: 'AUT-012345-0001',
  };
  const right = {
    document: '107919317',
    name: 'Lucía Ñáñez Ortiz',
    birthDate: '1987-03-14',
    authorizationCode: 'AUT-012345-0001',
  };

  test('match in capitals, without accents, with other blanks and other dots', async () => {
    for (const typed of [
      right,
      { ...right, name: '  lucia NANEZ   ortiz ' },
      { ...right, name: 'Lucía Ñáñez Ortiz'.normalize('NFD') },
      { ...right, document: '107.919.317' },
      { ...right, document: ' 107 919-317 ' },
      { ...right, authorizationCode: ' aut-012345-0001 ' },
    ])
      expect(await sameFacts(typed, known)).toBe(true);
  });

  test('do not match when any of them differs, or when there is no patient', async () => {
    expect(await sameFacts({ ...right, name: 'Lucía Ortiz' }, known)).toBe(false);
    expect(await sameFacts({ ...right, name: '' }, known)).toBe(false);
    expect(await sameFacts({ ...right, birthDate: '1987-03-15' }, known)).toBe(false);
    expect(await sameFacts({ ...right, authorizationCode: 'AUT-012345-0002' }, known)).toBe(false);
    expect(await sameFacts({ ...right, authorizationCode: '' }, known)).toBe(false);
    expect(await sameFacts(right, null)).toBe(false);
    expect(
      await sameFacts({ document: '', name: '', birthDate: '', authorizationCode: '' }, null),
    ).toBe(false);
  });

  test('cannot shift from one field into another', () => {
    expect(personForm({ ...right, name: 'Lucía', document: '1' })).not.toBe(
      personForm({ ...right, name: '', document: '1 Lucía' }),
    );
  });

  test('identify their patient and no other', async () => {
    const records = {
      patientByDocument: async (document: string) =>
        documentForm(document) === known.document ? known : null,
    };
    const identify = createIdentify(records);
    expect(await identify(right)).toBe('p');
    expect(await identify({ ...right, document: '1' })).toBeNull();
    expect(await identify({ ...right, authorizationCode: 'x' })).toBeNull();
  });

  test('have normalized forms', () => {
    expect([documentForm(' 12.345-6 '), nameForm('José  María\tÑ.'), codeForm(' aut- 1 ')]).toEqual(
      ['123456', 'jose maria n', 'AUT-1'],
    );
    expect([
      calendarDay('2024-02-29'),
      calendarDay('2026-02-29'),
      calendarDay('2026-13-01'),
      calendarDay('14/03/1987'),
    ]).toEqual(['2024-02-29', null, null, null]);
  });

  test.each([
    ['Weiß', 'WEISS'],
    ['Işık', 'IŞIK'],
    ['Işık', 'isik'],
    ['Søren Łukasz Đorđe', 'soren lukasz dorde'],
    ['Ægir Þór', 'AEGIR THOR'],
    ['Müller', 'Mu\u0308ller'],
    ['ſmith', 'Smith'],
    ['Ａｎａ', 'Ana'],
    ['José\u200B María', 'jose maria'],
    ['Ὀδυσσεύς', 'ΟΔΥΣΣΕΥΣ'],
  ])('the name %j may be written %j', (known, typed) =>
    expect(nameForm(typed)).toBe(nameForm(known)),
  );

  test.each([
    '900000006K',
    '900.000.006-K',
    '900 000 006 k',
    '900–000–006—K',
    '\u202A900000006K\u202C',
    '９０００００００６Ｋ',
    '900\u00AD000006/K',
  ])('the document 900.000.006-K may be written %j', (typed) =>
    expect(documentForm(typed)).toBe('900000006k'),
  );

  test('look-alike letters share one form, so one counter; a document of signs only, and an invisible code, count as missing', () => {
    expect(new Set(['ſı1', 'SI1', 'si1', 'Sİ1'].map(documentForm))).toEqual(new Set(['si1']));
    expect(incompleteFacts({ ...right, document: ' -– ' })).toEqual(['document']);
    expect(incompleteFacts({ ...right, authorizationCode: '\u200B' })).toEqual([
      'authorizationCode',
    ]);
    expect(codeForm('aut–012345−0001')).toBe('AUT-012345-0001');
  });

  test('control: other letters stay different letters', () => {
    expect(nameForm('Ana')).not.toBe(nameForm('Ena'));
    expect(documentForm('900000006K')).not.toBe(documentForm('900000006'));
  });

  test('that are missing, too long or not a day are named', () => {
    expect(incompleteFacts(right)).toEqual([]);
    expect(
      incompleteFacts({
        document: ' ',
        name: 'x'.repeat(121),
        birthDate: '1987-02-30',
        authorizationCode: '',
      }),
    ).toEqual(['document', 'name', 'birthDate', 'authorizationCode']);
  });
});
