/**
 * Money is a whole number of minor units and a currency. No function rounds, so no amount is lost.
 * The decimals of a currency are read only from this table, wherever amounts are read or written:
 * the display data of a runtime (`Intl`) differs for 16 currencies.
 */

/**
 * The currencies that a payment may have: the active codes of ISO 4217, and the test currency.
 * Excluded are funds (no payment uses them) and metals.
 */
export const CURRENCIES = (
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP ' +
  'CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD ' +
  'JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN ' +
  'NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL ' +
  'THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG XTS'
).split(' ');

/**
 * Funds and units of account. Imported rows may contain them, and they are displayed correctly.
 * Payments in them are refused.
 */
const FUNDS = 'BOV CHE CHW CLF COU MXV USN UYI UYW'.split(' ');

const withDecimals = (decimals: number, codes: string): [string, number][] =>
  codes.split(' ').map((code) => [code, decimals]);

/** ISO 4217, "minor unit": 2 unless listed below. XTS has none in the standard, and 2 here. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...[...CURRENCIES, ...FUNDS].map((code): [string, number] => [code, 2]),
  ...withDecimals(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...withDecimals(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...withDecimals(4, 'CLF UYW'),
]);

/** Every code with known decimals. */
export const KNOWN_CODES: readonly string[] = [...DECIMALS.keys()];

/**
 * Decimals of a currency: 2 for USD, 0 for JPY. Null: not a code of ISO 4217, so the position of
 * the decimal point is unknown.
 */
export const decimalsOf = (currency: string): number | null => DECIMALS.get(currency) ?? null;

/** Whether payments may use this currency. */
export const isPayable = (currency: string): boolean => CURRENCIES.includes(currency);

/**
 * The largest amount one payment may have, in minor units: a thousand million of a currency with
 * cents.
 */
export const AMOUNT_MAX_MINOR = 100_000_000_000;

/**
 * An amount with a decimal point: 15000 with 2 decimals is `150.00`. @param minor whole; may be
 * negative.
 */
export function decimalText(minor: number, decimals: number): `${number}` {
  const text = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const whole = text.slice(0, text.length - decimals);
  const shown = decimals === 0 ? whole : `${whole}.${text.slice(-decimals)}`;
  return `${minor < 0 ? '-' : ''}${shown}` as `${number}`;
}

/** For a currency with unknown decimals: no decimal point, so that the amount cannot be misread. */
export const minorUnitsText = (minor: number, currency: string): string =>
  `${minor} minor units of ${currency}`;
