/**
 * The public address of these pages, for QR codes and examples. A `Host` header that is not a host
 * name is ignored.
 */
import type { Request } from 'express';
import QRCode from 'qrcode';
import type { PatientsConfig } from '../config.js';

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:\d{1,5})?$/i;

/** An origin, `https://billing.example.org`. */
export function publicAddress(
  config: Pick<PatientsConfig, 'publicUrl' | 'host' | 'port'>,
  request: Pick<Request, 'host' | 'protocol'>,
): string {
  if (config.publicUrl !== null) return config.publicUrl;
  const { host, protocol } = request as { host: string | undefined; protocol: string };
  const scheme = protocol === 'https' ? 'https' : 'http';
  return host !== undefined && HOST.test(host)
    ? `${scheme}://${host}`
    : `http://${config.host}:${config.port}`;
}

export const passPath = (id: string): string => `/passes/${id}`;

/**
 * A QR code as an SVG image, dark on white in both colour schemes, as readers require. Level M
 * tolerates damage to a seventh of the code.
 */
export const qrSvg = (text: string): Promise<string> =>
  QRCode.toString(text, {
    type: 'svg',
    errorCorrectionLevel: 'M',
    margin: 4,
    color: { dark: '#000000', light: '#ffffff' },
  });
