-- A patient is found by the letters and digits of the document alone: 900.000.006-K is also written 900000006K.
CREATE INDEX patient_document_form ON patient (lower(regexp_replace(document, '[^[:alnum:]]', '', 'g')));
