-- What a model says of its own doubt; null where it does not.
ALTER TABLE prediction ADD COLUMN uncertainty          real;
ALTER TABLE prediction ADD COLUMN reconstruction_error real;
