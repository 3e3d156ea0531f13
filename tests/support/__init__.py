"""What tests of several kinds share: a request's story, the chain's verifier, planted values, accounts, templates."""
