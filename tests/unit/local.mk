# Unit tests: each program is added to check_PROGRAMS, not to TESTS:
# tests/run-all runs it and counts the tests in it.
if HAVE_CHECK
endif
