-- d1:phase contract
-- d1:data-loss "nobody ever said a language"
ALTER TABLE notes DROP COLUMN language;
