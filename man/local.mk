# SPDX-License-Identifier: GPL-2.0-or-later
dist_man_MANS += \
	man/pyheld.1 \
	man/pyheld-alloc.1 \
	man/pyheld-browse.1 \
	man/pyheld-capture.1 \
	man/pyheld-capture.5 \
	man/pyheld-chain.1 \
	man/pyheld-cycles.1 \
	man/pyheld-diff.1 \
	man/pyheld-doctor.1 \
	man/pyheld-export.1 \
	man/pyheld-garbage.1 \
	man/pyheld-json.5 \
	man/pyheld-leaks.1 \
	man/pyheld-memory.1 \
	man/pyheld-object.1 \
	man/pyheld-retained.1 \
	man/pyheld-ps.1 \
	man/pyheld-refs.1 \
	man/pyheld-report.1 \
	man/pyheld-sql.1 \
	man/pyheld-stacks.1 \
	man/pyheld-summary.1 \
	man/pyheld-top.1 \
	man/pyheld-watch.1

EXTRA_DIST += tests/checks/check-docs tests/checks/check-errors \
	tests/checks/check-includes tests/checks/check-sizes
if HAVE_PYTHON3
TESTS += tests/checks/check-docs tests/checks/check-errors \
	tests/checks/check-includes tests/checks/check-sizes
endif
