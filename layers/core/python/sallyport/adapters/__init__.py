"""The outside world: DynamoDB, S3, Step Functions, STS, KMS, Cedar, Slack, the policy layer."""
