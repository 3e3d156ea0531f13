"""Which region calls are signed for, as far as the API's URL says it."""

import pytest

from sallyport_agent.transport import region_in


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod", "eu-central-1"),
        ("https://A1B2C3.execute-api.US-GOV-WEST-1.amazonaws.com", "us-gov-west-1"),
        ("https://a1b2c3-vpce-0f.execute-api.cn-north-1.amazonaws.com.cn/prod", "cn-north-1"),
        ("https://sallyport.example.org", None),
        ("https://example.org/a1b2c3.execute-api.eu-central-1.amazonaws.com", None),
        ("http://127.0.0.1:4566/_aws/execute-api/a1b2c3/prod", None),
        ("", None),
    ],
)
def test_a_url_of_api_gateways_own_names_its_region(url: str, region: str | None) -> None:
    assert region_in(url) == region
