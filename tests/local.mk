# SPDX-License-Identifier: GPL-2.0-or-later
include tests/unit/local.mk
include tests/bench/local.mk
include tests/fuzz/local.mk

EXTRA_DIST += \
	tests/build-free-threaded \
	tests/checks/allowed_differences.py \
	tests/checks/compare-programs \
	tests/checks/compare_scenes.py \
	tests/checks/coverage \
	tests/checks/cppcheck.txt \
	tests/checks/lint \
	tests/checks/nested.py \
	tests/e2e/blocks.py \
	tests/e2e/browser.py \
	tests/e2e/devtools.py \
	tests/e2e/memlab.js \
	tests/e2e/commands.py \
	tests/e2e/harness.py \
	tests/e2e/hide.py \
	tests/e2e/pythons.py \
	tests/e2e/statement.py \
	tests/e2e/terminal.py \
	tests/e2e/test_advice.py \
	tests/e2e/test_alloc.py \
	tests/e2e/test_arrays.py \
	tests/e2e/test_badinput.py \
	tests/e2e/test_browse.py \
	tests/e2e/test_capture.py \
	tests/e2e/test_metrics.py \
	tests/e2e/test_sandbox.py \
	tests/e2e/test_top.py \
	tests/e2e/test_watch.py \
	tests/e2e/truthtable.py \
	tests/e2e/test_wild.py \
	tests/e2e/test_workers.py \
	tests/e2e/test_chain.py \
	tests/e2e/test_cli.py \
	tests/e2e/test_codes.py \
	tests/e2e/test_commands.py \
	tests/e2e/test_compare.py \
	tests/e2e/test_coverage.py \
	tests/e2e/test_diff.py \
	tests/e2e/test_core.py \
	tests/e2e/test_core_files.py \
	tests/e2e/test_crashed.py \
	tests/e2e/test_cut.py \
	tests/e2e/test_docs.py \
	tests/e2e/test_doctor.py \
	tests/e2e/test_dot.py \
	tests/e2e/test_eintr.py \
	tests/e2e/test_embedded.py \
	tests/e2e/test_explained.py \
	tests/e2e/test_faults.py \
	tests/e2e/test_fleet.py \
	tests/e2e/test_forked.py \
	tests/e2e/test_fuzz.py \
	tests/e2e/test_garbage.py \
	tests/e2e/test_greenlets.py \
	tests/e2e/test_heapsnapshot.py \
	tests/e2e/test_hostile.py \
	tests/e2e/test_kill.py \
	tests/e2e/test_kills.py \
	tests/e2e/test_leak_programs.py \
	tests/e2e/test_leaks.py \
	tests/e2e/test_leaks_growth.py \
	tests/e2e/test_limits.py \
	tests/e2e/test_load.py \
	tests/e2e/test_malloc.py \
	tests/e2e/test_memory.py \
	tests/e2e/test_pointed.py \
	tests/e2e/test_processes.py \
	tests/e2e/test_profiles.py \
	tests/e2e/test_ps.py \
	tests/e2e/test_raw.py \
	tests/e2e/test_pymalloc.py \
	tests/e2e/test_redact.py \
	tests/e2e/test_refs.py \
	tests/e2e/test_pictures.py \
	tests/e2e/test_planted.py \
	tests/e2e/test_report.py \
	tests/e2e/test_retained.py \
	tests/e2e/test_schemas.py \
	tests/e2e/test_memory_loads.py \
	tests/e2e/test_memory_sum.py \
	tests/e2e/test_memory_truth.py \
	tests/e2e/test_object.py \
	tests/e2e/test_sizes.py \
	tests/e2e/test_sql.py \
	tests/e2e/test_stacks.py \
	tests/e2e/test_tracemalloc.py \
	tests/e2e/test_truth.py \
	tests/e2e/test_unvisited.py \
	tests/e2e/test_unchanged.py \
	tests/e2e/test_verbose.py \
	tests/faults/campaign.py \
	tests/faults/codes.py \
	tests/faults/fail-syscall.c \
	tests/faults/inject.c \
	tests/faults/kills.py \
	tests/faults/machine_code.py \
	tests/faults/smallgroup.py \
	tests/faults/watched.py \
	tests/fetch-pythons \
	tests/fetch-tools \
	tests/npm/package-lock.json \
	tests/npm/package.json \
	tests/leaks/aiohttp_service.py \
	tests/leaks/alike_documents.py \
	tests/leaks/array_slices.py \
	tests/leaks/atexit_callbacks.py \
	tests/leaks/beside_a_catalogue.py \
	tests/leaks/bounded_history.py \
	tests/leaks/burst_is_over.py \
	tests/leaks/cached_method.py \
	tests/leaks/cached_sources.py \
	tests/leaks/captured_output.py \
	tests/leaks/catalogue_service.py \
	tests/leaks/celery_service.py \
	tests/leaks/chained_causes.py \
	tests/leaks/class_attribute.py \
	tests/leaks/come_and_go.py \
	tests/leaks/cookie_sessions.py \
	tests/leaks/cycled_batches.py \
	tests/leaks/cycles_in_time.py \
	tests/leaks/dead_weakrefs.py \
	tests/leaks/default_argument.py \
	tests/leaks/deflate_streams.py \
	tests/leaks/django_queries.py \
	tests/leaks/django_service.py \
	tests/leaks/dynamic_tables.py \
	tests/leaks/emptied_elements.py \
	tests/leaks/executor_calls.py \
	tests/leaks/exit_stack.py \
	tests/leaks/few_pictures.py \
	tests/leaks/few_recordings.py \
	tests/leaks/filling_cache.py \
	tests/leaks/finalizers.py \
	tests/leaks/finished_threads.py \
	tests/leaks/flag_members.py \
	tests/leaks/flask_service.py \
	tests/leaks/frame_heads.py \
	tests/leaks/frozen_garbage.py \
	tests/leaks/full_caches.py \
	tests/leaks/future_tracebacks.py \
	tests/leaks/gc_off.py \
	tests/leaks/growing_buffer.py \
	tests/leaks/handlers_again.py \
	tests/leaks/heartbeat_timers.py \
	tests/leaks/hooks_again.py \
	tests/leaks/hung_threads.py \
	tests/leaks/kept_errors.py \
	tests/leaks/kept_responses.py \
	tests/leaks/lagging_reader.py \
	tests/leaks/late_imports.py \
	tests/leaks/left_listeners.py \
	tests/leaks/linked_requests.py \
	tests/leaks/live_plot.py \
	tests/leaks/loggers_by_user.py \
	tests/leaks/lost_bytes.py \
	tests/leaks/lost_mappings.py \
	tests/leaks/lost_tuples.py \
	tests/leaks/matrix_cache.py \
	tests/leaks/memo_closure.py \
	tests/leaks/memory_handler.py \
	tests/leaks/metric_labels.py \
	tests/leaks/mock_calls.py \
	tests/leaks/nested_contexts.py \
	tests/leaks/never_awaited.py \
	tests/leaks/open_async_generators.py \
	tests/leaks/open_figures.py \
	tests/leaks/packet_views.py \
	tests/leaks/pandas_service.py \
	tests/leaks/parked_greenlets.py \
	tests/leaks/pending_rows.py \
	tests/leaks/pickler_memo.py \
	tests/leaks/plugin_folders.py \
	tests/leaks/probed_defaultdict.py \
	tests/leaks/raised_again.py \
	tests/leaks/registered_classes.py \
	tests/leaks/save_all.py \
	tests/leaks/scripts_as_modules.py \
	tests/leaks/seen_messages.py \
	tests/leaks/service.py \
	tests/leaks/shaped_pointers.py \
	tests/leaks/shared_frames.py \
	tests/leaks/shutdown_triggers.py \
	tests/leaks/slotted_records.py \
	tests/leaks/slow_sender.py \
	tests/leaks/small_frames.py \
	tests/leaks/smart_strings.py \
	tests/leaks/streamed_archive.py \
	tests/leaks/tasks_on_a_lock.py \
	tests/leaks/thread_sessions.py \
	tests/leaks/tls_contexts.py \
	tests/leaks/traced_engines.py \
	tests/leaks/unacknowledged.py \
	tests/leaks/undrained_writer.py \
	tests/leaks/unfinished_generators.py \
	tests/leaks/unflushed_batch.py \
	tests/leaks/unique_warnings.py \
	tests/leaks/unread_input.py \
	tests/leaks/unread_messages.py \
	tests/leaks/unread_results.py \
	tests/leaks/values_hold_keys.py \
	tests/leaks/waits_for_shutdown.py \
	tests/leaks/wrapped_again.py \
	tests/run-all \
	tests/targets/allocated.py \
	tests/targets/allocating.py \
	tests/targets/amid.py \
	tests/targets/app.py \
	tests/targets/arrays.py \
	tests/targets/arrays_of_objects.py \
	tests/targets/at_work.py \
	tests/targets/asked.py \
	tests/targets/bench.py \
	tests/targets/confidential.py \
	tests/targets/causes.py \
	tests/targets/calls.c \
	tests/targets/clean.py \
	tests/targets/codes.py \
	tests/targets/crowd.py \
	tests/targets/discarded.py \
	tests/targets/copied.c \
	tests/targets/embedded.c \
	tests/targets/equal_texts.py \
	tests/targets/forgetful.c \
	tests/targets/forking.py \
	tests/targets/forks.py \
	tests/targets/greenlets.py \
	tests/targets/growing.py \
	tests/targets/grows.py \
	tests/targets/guessed.py \
	tests/targets/held.py \
	tests/targets/hold_traced.py \
	tests/targets/holders.py \
	tests/targets/isolated.py \
	tests/targets/leaking.py \
	tests/targets/libraries.py \
	tests/targets/lost_objects.py \
	tests/targets/mallocs.py \
	tests/targets/markup.py \
	tests/targets/mapped.py \
	tests/targets/memory_kinds.py \
	tests/targets/memory_kinds_library.py \
	tests/targets/memory_kinds_packages.py \
	tests/targets/memory_loads.py \
	tests/targets/memory_measure.py \
	tests/targets/memory_zoo.py \
	tests/targets/odd.py \
	tests/targets/overflow.py \
	tests/targets/pictured.py \
	tests/targets/planted.py \
	tests/targets/redacted_growth.py \
	tests/targets/retained.py \
	tests/targets/secret_leak.py \
	tests/targets/secret_zoo.py \
	tests/targets/sick.py \
	tests/targets/planted_leaks.py \
	tests/targets/pointed.py \
	tests/targets/profiled.py \
	tests/targets/raw_zoo.py \
	tests/targets/sizes.py \
	tests/targets/stacks.py \
	tests/targets/stated.py \
	tests/targets/states.py \
	tests/targets/storm.py \
	tests/targets/sweep.py \
	tests/targets/traced.py \
	tests/targets/tracer.py \
	tests/targets/truth.py \
	tests/targets/unvisited.py \
	tests/targets/values.py \
	tests/targets/wild.c \
	tests/targets/wild.py \
	tests/targets/workers.py \
	tests/targets/zoo.py \
	tests/targets/zoo_extensions.py \
	tests/targets/zoo_library.py \
	tests/targets/zoo_rest.py \
	tests/targets/zoo_running.py \
	tests/targets/zoo_system.py \
	tests/targets/zoo_typing.py

# Unit and end-to-end tests alike: one line a test, one count at the end.
check-local: src/pyheld $(check_PROGRAMS) check-needs
	$(PYTHON3) $(top_srcdir)/tests/run-all --pyheld=src/pyheld \
		$(RUN_ALL_FLAGS)

# Without what the tests need they must not seem to pass.
check-needs:
if !HAVE_PYTHON3
	@echo 'make check needs python3: install it, and configure again' >&2
	@exit 1
endif
if !HAVE_CHECK
	@echo 'unit tests are left out: no Check (libcheck) at configure' >&2
endif

check-programs: src/pyheld $(check_PROGRAMS)

# Line coverage of the unit tests alone, built in ./coverage; what
# COVERAGE_FLAGS may be: tests/checks/coverage --help.
coverage:
	$(PYTHON3) $(top_srcdir)/tests/checks/coverage --cc="$(CC)" \
		$(COVERAGE_FLAGS)

# What finds faults by reading sources: tests/checks/lint --help.
lint: config.h
	$(PYTHON3) $(top_srcdir)/tests/checks/lint --cc="$(CC)" \
		--cppflags='$(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS)' \
		$(LINT_FLAGS)

# The table in HACKING.md of what the tests have compared, by CPython.
update-truth-table: src/pyheld
	$(PYTHON3) $(top_srcdir)/tests/run-all --pyheld=src/pyheld --no-unit \
		--table=$(top_srcdir)/HACKING.md

# What this build says, held against what another build says: OLD=its pyheld.
compare: src/pyheld
	@test -n "$(OLD)" || { echo 'usage: make compare OLD=FILE' >&2; exit 2; }
	$(PYTHON3) $(top_srcdir)/tests/checks/compare-programs \
		$(COMPARE_FLAGS) "$(OLD)" src/pyheld

.PHONY: check-local check-needs check-programs compare coverage lint update-truth-table
