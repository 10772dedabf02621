-- Keep a document's company and content with the document: a search result needs no join, and chunks can be made again
-- without R2. company_id stays for the code of now; a contract file takes it away once nothing reads it.
--
-- Rollback: deploy the previous Worker version. It writes company_id only, so run the UPDATE below again before the next try.

ALTER TABLE documents ADD COLUMN company TEXT;
ALTER TABLE documents ADD COLUMN content TEXT;

UPDATE documents SET company = (SELECT name FROM companies WHERE companies.id = documents.company_id);

-- d1:verify every document of a company has the company's name
-- SELECT count(*) = 0 FROM documents WHERE company_id IS NOT NULL AND company IS NULL
