# SPDX-License-Identifier: GPL-2.0-or-later
check_PROGRAMS += \
	tests/unit/base/broker/check_packet \
	tests/unit/base/broker/check_sandbox \
	tests/unit/base/broker/check_sandbox_filter \
	tests/unit/base/check_base \
	tests/unit/base/check_hash \
	tests/unit/base/check_log \
	tests/unit/base/check_newfile \
	tests/unit/base/check_process \
	tests/unit/base/check_rlimit

confined = tests/unit/base/broker/confined.c tests/unit/base/broker/confined.h
tests_unit_base_broker_check_sandbox_SOURCES = \
	tests/unit/base/broker/check_sandbox.c $(confined)
tests_unit_base_broker_check_sandbox_filter_SOURCES = \
	tests/unit/base/broker/check_sandbox_filter.c $(confined)
