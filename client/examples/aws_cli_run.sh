#!/bin/sh
# The AWS CLI with a credential that only this one command gets: aws_cli_run.sh patients/2025/ q3/
set -eu
prefix=$1 destination=$2

sallyport run s3.export \
  --param bucket=sallyport-sample-data --param prefix="$prefix" \
  --param destination_bucket=sallyport-sample-export --param destination_prefix="$destination" \
  --reason "Quarterly readmission study, ticket 4711" \
  -- aws s3 cp --recursive "s3://sallyport-sample-data/$prefix" "s3://sallyport-sample-export/$destination"
