#!/bin/sh
# The AWS CLI through a profile, for as many commands as the grant lasts: aws_cli_profile.sh patients/2025/ q3/
set -eu
prefix=$1 destination=$2

# Prints "req-… approved" once a person has approved it.
asked=$(sallyport request s3.export --wait \
  --param bucket=sallyport-sample-data --param prefix="$prefix" \
  --param destination_bucket=sallyport-sample-export --param destination_prefix="$destination" \
  --reason "Quarterly readmission study, ticket 4711")
request=${asked%% *}
trap 'sallyport done "$request" --outcome done' EXIT

# In your AWS configuration, beside your own profiles.
sallyport profile add "$request" --request "$request"
aws --profile "$request" s3 ls "s3://sallyport-sample-data/$prefix"
aws --profile "$request" s3 cp --recursive "s3://sallyport-sample-data/$prefix" "s3://sallyport-sample-export/$destination"
