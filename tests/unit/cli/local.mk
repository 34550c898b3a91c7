# SPDX-License-Identifier: GPL-2.0-or-later
# They share run.c: pyheld in a child, and what it said.
check_PROGRAMS += \
	tests/unit/cli/check_options \
	tests/unit/cli/check_targets
run_sources = tests/unit/cli/run.c tests/unit/cli/run.h
tests_unit_cli_check_options_SOURCES = \
	tests/unit/cli/check_options.c $(run_sources)
tests_unit_cli_check_targets_SOURCES = \
	tests/unit/cli/check_targets.c $(run_sources)
