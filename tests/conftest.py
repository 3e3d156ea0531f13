"""What holds for every test."""

from hypothesis import HealthCheck, settings

# The same examples in every run, so that what fails fails again; and no clock, which would fail on a busy machine.
settings.register_profile("tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
