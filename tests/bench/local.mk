# SPDX-License-Identifier: GPL-2.0-or-later
# How long the analyses take: `make tests/bench/graph-speed`, then run it.
EXTRA_PROGRAMS += tests/bench/graph-speed tests/bench/dominators-speed
tests_bench_graph_speed_SOURCES = \
	tests/bench/graph-speed.c \
	tests/bench/service.c \
	tests/bench/service.h
tests_bench_graph_speed_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/bench
tests_bench_graph_speed_LDADD = $(libpyheld)
tests_bench_dominators_speed_SOURCES = \
	tests/bench/dominators-speed.c \
	tests/bench/service.c \
	tests/bench/service.h
tests_bench_dominators_speed_CPPFLAGS = $(AM_CPPFLAGS) \
	-I$(top_srcdir)/tests/bench
tests_bench_dominators_speed_LDADD = $(libpyheld)

EXTRA_DIST += \
	tests/bench/bench.py \
	tests/bench/diff.py \
	tests/bench/ways.py
