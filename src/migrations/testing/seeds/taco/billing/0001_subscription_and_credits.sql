-- The same person with a subscription and a few credits. Times are Unix seconds.
INSERT INTO subscriptions (id, user_id, product, status, created_at, updated_at) VALUES ('subscription-test-1', 'user-test-1', 'plus', 'active', 1735689600, 1735689600)
ON CONFLICT (id) DO UPDATE SET status = excluded.status;

INSERT INTO credits (id, user_id, balance, lifetime_purchased, created_at, updated_at) VALUES ('credits-test-1', 'user-test-1', 25, 25, 1735689600, 1735689600)
ON CONFLICT (id) DO UPDATE SET balance = excluded.balance;
