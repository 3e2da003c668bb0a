-- Rows and the answers that a version's maker computed for them, as the message GoldenRows; empty
-- where there are none. Their SHA-256 is in the ledger's entry of the registration.
ALTER TABLE registry.version ADD COLUMN golden_rows bytea NOT NULL DEFAULT '';
