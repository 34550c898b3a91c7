# SPDX-License-Identifier: GPL-2.0-or-later
# They share run.c: pyheld in a child, and what it said.
check_PROGRAMS += \
	tests/unit/cli/check_files \
	tests/unit/cli/check_leaks \
	tests/unit/cli/check_memory \
	tests/unit/cli/check_names \
	tests/unit/cli/check_options \
	tests/unit/cli/check_outfile \
	tests/unit/cli/check_reports \
	tests/unit/cli/check_requests \
	tests/unit/cli/check_requests_output \
	tests/unit/cli/check_targets \
	tests/unit/cli/check_terminal \
	tests/unit/cli/check_top \
	tests/unit/cli/check_top_view \
	tests/unit/cli/check_typed
asking_sources = tests/unit/cli/asking.c tests/unit/cli/asking.h
run_sources = tests/unit/cli/run.c tests/unit/cli/run.h
files_sources = tests/unit/cli/files.c tests/unit/cli/files.h
tests_unit_cli_check_files_SOURCES = \
	tests/unit/cli/check_files.c $(files_sources) $(run_sources)
tests_unit_cli_check_leaks_SOURCES = \
	tests/unit/cli/check_leaks.c $(run_sources)
tests_unit_cli_check_memory_SOURCES = \
	tests/unit/cli/check_memory.c $(run_sources)
tests_unit_cli_check_names_SOURCES = \
	tests/unit/cli/check_names.c $(run_sources)
tests_unit_cli_check_outfile_SOURCES = \
	tests/unit/cli/check_outfile.c $(files_sources) $(run_sources)
tests_unit_cli_check_options_SOURCES = \
	tests/unit/cli/check_options.c $(run_sources)
tests_unit_cli_check_reports_SOURCES = \
	tests/unit/cli/check_reports.c $(run_sources)
tests_unit_cli_check_requests_SOURCES = \
	tests/unit/cli/check_requests.c $(asking_sources) $(run_sources)
tests_unit_cli_check_requests_output_SOURCES = \
	tests/unit/cli/check_requests_output.c $(asking_sources) $(run_sources)
tests_unit_cli_check_targets_SOURCES = \
	tests/unit/cli/check_targets.c $(run_sources)
tests_unit_cli_check_terminal_SOURCES = \
	tests/unit/cli/check_terminal.c $(run_sources)
tests_unit_cli_check_top_SOURCES = tests/unit/cli/check_top.c
tests_unit_cli_check_top_view_SOURCES = tests/unit/cli/check_top_view.c
tests_unit_cli_check_typed_SOURCES = \
	tests/unit/cli/check_typed.c $(asking_sources) $(run_sources)

# Their targets are live CPythons.
if HAVE_PYTHON3
check_PROGRAMS += \
	tests/unit/cli/check_running \
	tests/unit/cli/check_watch
live_sources = tests/unit/cli/live.c tests/unit/cli/live.h
live_cppflags = -DPYTHON3='"$(PYTHON3)"'
tests_unit_cli_check_running_SOURCES = \
	tests/unit/cli/check_running.c $(live_sources) $(run_sources)
tests_unit_cli_check_running_CPPFLAGS = $(AM_CPPFLAGS) $(live_cppflags)
tests_unit_cli_check_watch_SOURCES = \
	tests/unit/cli/check_watch.c $(live_sources) $(run_sources)
tests_unit_cli_check_watch_CPPFLAGS = $(AM_CPPFLAGS) $(live_cppflags)
endif
