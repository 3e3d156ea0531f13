"""What checkov finds in the templates that CloudFormation gets; docs/security-findings.md explains each."""
