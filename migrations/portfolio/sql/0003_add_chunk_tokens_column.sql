-- Add the number of tokens to chunks, to keep prompts within the model's window.
--
-- Rollback: deploy the previous Worker version, which does not read the column; it may stay.

ALTER TABLE chunks ADD COLUMN tokens INTEGER;

-- An estimate for the chunks of now: four characters a token. New chunks are counted.
UPDATE chunks SET tokens = length(content) / 4 WHERE tokens IS NULL;

-- d1:verify every chunk has a number of tokens
-- SELECT count(*) = 0 FROM chunks WHERE tokens IS NULL
