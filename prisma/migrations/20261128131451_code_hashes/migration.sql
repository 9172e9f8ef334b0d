-- Authorization codes are kept as hashes. A code that was imported by SQL is replaced by its hash by the patients service, which finds it
-- by this index. The same condition stands in patients/code-conversion.ts.
CREATE INDEX patient_plain_code ON patient (id) WHERE authorization_code <> '' AND authorization_code NOT LIKE 'scrypt$%';

COMMENT ON COLUMN patient.authorization_code IS
  'scrypt$<log2 N>$<salt>$<key>, salt and key in base64url. A plain code may be written here: it identifies the patient, and the patients service replaces it by its hash within seconds. An empty text identifies nobody.';
