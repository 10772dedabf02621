-- What is asked by user is found by user, and a payment that was booked is found by its id.
--
-- Rollback: deploy the previous Worker version; the indexes may stay.

CREATE INDEX credit_transactions_by_payment ON credit_transactions (stripe_payment_id);
CREATE INDEX credit_transactions_by_user ON credit_transactions (user_id);
CREATE INDEX subscriptions_by_user ON subscriptions (user_id);
CREATE INDEX usage_by_user_and_month ON usage (user_id, month);
